package io.muster.ingest.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeRangeTest {
  private static final String NOON = "2026-01-31T12:00:00Z";

  @Test
  void namesTheParameterThatIsNoTime() {
    assertEquals("from", refused("2026-01-31T12:00:00", NOON).parameter());
    assertEquals("to", refused(NOON, "2026-01-31T12:00:00").parameter());
  }

  @Test
  void doesNotEndBeforeItBegins() {
    assertEquals(Instant.parse(NOON), TimeRange.of(NOON, NOON).to());
    assertEquals(FieldError.in("to", "is before from"), refused(NOON, "2026-01-31T11:59:59Z"));
  }

  private static FieldError refused(String from, String to) {
    var refused = assertThrows(RefusedException.class, () -> TimeRange.of(from, to));
    return ((Refusal.Malformed) refused.refusal()).errors().getFirst();
  }
}
