package io.muster.registry.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.RefusedException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SortTest {
  private static final OffsetDateTime TIME = OffsetDateTime.parse("2026-11-25T08:00:00.123456Z");

  @ParameterizedTest
  @CsvSource({
    "id, ORDER BY d.id",
    "id:desc, ORDER BY d.id DESC",
    "createdAt:asc, 'ORDER BY d.created_at, d.id'",
    "updatedAt:desc, 'ORDER BY d.updated_at DESC, d.id DESC'",
    "type, 'ORDER BY d.type_place, d.id'",
    "type:desc, 'ORDER BY d.type_place DESC, d.id DESC'",
    "lastSeen, 'ORDER BY p.seen_day, p.last_seen, d.id'",
    "lastSeen:desc, 'ORDER BY p.seen_day DESC, p.last_seen DESC, d.id DESC'"
  })
  void isAnOrderWithIdsAtItsEnd(String text, String order) {
    var sql = new SqlText();
    Sort.read(text).writeOrder(sql);
    assertEquals(order, sql.text().strip());
  }

  @Test
  void goesOnAfterTheLastThatWasShown() {
    var sort = Sort.read("updatedAt:desc");
    var sql = new SqlText();
    sort.writeAfter(new Cursor(sort.place("sensor-1", TIME)), sql);
    assertEquals(" AND (d.updated_at, d.id) < ($1, $2)", sql.text());
    assertEquals(TIME, sql.values().getOffsetDateTime(0));
    assertEquals("sensor-1", sql.values().getString(1));
  }

  @Test
  void goesOnAfterATypeAndAfterNone() {
    var sort = Sort.read("type");
    var sql = new SqlText();
    sort.writeAfter(new Cursor(sort.place("a", "lamp")), sql);
    sort.writeAfter(new Cursor(sort.place("b", "~")), sql);
    assertEquals(
        " AND (d.type_place, d.id) > ($1, $2) AND (d.type_place, d.id) > ($3, $4)", sql.text());
    assertEquals("lamp", sql.values().getString(0));
    assertEquals("~", sql.values().getString(2));
    assertEquals("b", sql.values().getString(3));
    assertTrue(sort.rest().isEmpty());
  }

  @Test
  void aPlaceFitsIntoACursorHoweverLongItsIdsAre() {
    var page =
        Page.of(
            List.of("d".repeat(80), "e"),
            1,
            id -> Sort.read("type:desc").place(id, "t".repeat(80)),
            id -> id);
    var sql = new SqlText();
    Sort.read("type:desc").writeAfter(Cursor.read(page.next()), sql);
    assertEquals("d".repeat(80), sql.values().getString(1));
  }

  @Test
  void theLongestSilentComeFirstAndThoseNeverHeardOfLast() {
    var sort = Sort.read("lastSeen:asc");
    var begin = new SqlText();
    sort.writeAfter(new Cursor(""), begin);
    assertEquals(" AND p.last_seen IS NOT NULL", begin.text());
    var seen = new Cursor(sort.place("a", TIME));
    var after = new SqlText();
    assertEquals(sort, sort.at(seen));
    sort.writeAfter(seen, after);
    assertEquals(
        " AND p.last_seen IS NOT NULL AND p.seen_day >= $1 AND (p.last_seen, d.id) > ($2, $3)",
        after.text());
    assertEquals(LocalDate.parse("2026-11-25"), after.values().getLocalDate(0));
    var never = new Cursor(sort.place("b", null));
    var rest = sort.at(never);
    assertEquals(sort.rest().orElseThrow(), rest);
    var last = new SqlText();
    rest.writeAfter(never, last);
    rest.writeOrder(last);
    assertEquals(" AND p.last_seen IS NULL AND d.id > $1 ORDER BY d.id", last.text());
    assertEquals("b", last.values().getString(0));
    assertTrue(rest.rest().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "name", "id:up", "ID", "attributes.a", "id;DROP"})
  void anUnknownOneIsRefused(String text) {
    assertThrows(RefusedException.class, () -> Sort.read(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sensor-1",
        "createdAt:asc~2026-11-25T08:00:00Z~a",
        "updatedAt:desc~yesterday~a",
        "updatedAt:desc~2026-11-25T08:00:00Z"
      })
  void theCursorOfAnotherListIsRefused(String place) {
    var sort = Sort.read("updatedAt:desc");
    assertThrows(RefusedException.class, () -> sort.writeAfter(new Cursor(place), new SqlText()));
  }
}
