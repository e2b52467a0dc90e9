package io.muster.registry.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.registry.search.Filter;
import io.muster.registry.search.SqlText;
import io.muster.rest.problem.RefusedException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastSeenFieldTest {
  private static SqlText written(String filter) {
    var sql = new SqlText();
    Filter.read(filter).write(name -> Optional.of(new LastSeenField("p")), sql);
    return sql;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lastSeen<2026-11-25T08:00:00Z   | (p.last_seen < $1 AND p.seen_day <= $2)",
        "lastSeen=le=2026-11-25T08:00:00Z| (p.last_seen <= $1 AND p.seen_day <= $2)",
        "lastSeen>2026-11-25T08:00:00Z   | (p.last_seen > $1 AND p.seen_day >= $2)",
        "lastSeen=ge=2026-11-25T08:00:00Z| (p.last_seen >= $1 AND p.seen_day >= $2)",
        "lastSeen==2026-11-25T08:00:00Z  | (p.last_seen = $1 AND p.seen_day = $2)",
        "lastSeen!=2026-11-25T08:00:00Z  | (p.last_seen IS DISTINCT FROM $1)",
        "lastSeen=ex=false               | (p.last_seen IS NULL)"
      })
  void anOrderAsksForTheDayToo(String filter, String condition) {
    assertEquals(condition, written(filter.strip()).text());
  }

  @Test
  void theDayIsTheOneInUtc() {
    var values = written("lastSeen<2026-11-25T01:30:00+02:00").values();
    assertEquals(OffsetDateTime.parse("2026-11-25T01:30:00+02:00"), values.getValue(0));
    assertEquals(LocalDate.parse("2026-11-24"), values.getValue(1));
  }

  @Test
  void whatIsNoTimeIsRefused() {
    assertThrows(RefusedException.class, () -> written("lastSeen<yesterday"));
    assertThrows(RefusedException.class, () -> written("lastSeen<+999999999-12-31T23:59:59-18:00"));
  }
}
