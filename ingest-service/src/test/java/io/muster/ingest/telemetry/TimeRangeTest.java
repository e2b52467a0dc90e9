package io.muster.ingest.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeRangeTest {
  private static final String NOON = "2026-01-31T12:00:00Z";

  @ParameterizedTest
  @ValueSource(strings = {NOON, "2026-01-31T13:00:00+01:00", "2026-01-31T13:00:00 01:00"})
  void takesATimeWithItsOffset(String text) {
    assertEquals(Instant.parse(NOON), TimeRange.of(text, null).from());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-01-31T12:00:00", "2026-01-31", "1769860800000", "yesterday", ""})
  void saysWhatIsExpectedOfOneWithout(String text) {
    assertExpected("from", refused(text, NOON));
    assertExpected("to", refused(NOON, text));
  }

  @Test
  void doesNotEndBeforeItBegins() {
    assertEquals(FieldError.in("to", "is before from"), refused(NOON, "2026-01-31T11:59:59Z"));
  }

  private static void assertExpected(String parameter, FieldError error) {
    assertEquals(parameter, error.parameter());
    assertTrue(error.detail().contains("with an offset, as " + NOON), error.detail());
  }

  private static FieldError refused(String from, String to) {
    var refused = assertThrows(RefusedException.class, () -> TimeRange.of(from, to));
    return ((Refusal.Malformed) refused.refusal()).errors().getFirst();
  }
}
