package io.muster.registry.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.RefusedException;
import java.time.OffsetDateTime;
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
    "updatedAt:desc, 'ORDER BY d.updated_at DESC, d.id DESC'"
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
