package io.muster.rest.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeParameterTest {
  private static final String NOON = "2026-01-31T12:00:00Z";

  @ParameterizedTest
  @ValueSource(strings = {NOON, "2026-01-31T13:00:00+01:00", "2026-01-31T13:00:00 01:00"})
  void isATimeWithItsOffset(String text) {
    assertEquals(Instant.parse(NOON), TimeParameter.read("from", text, null));
  }

  @Test
  void mayBeMissingAndIsWithinWhatADatabaseCanHold() {
    assertNull(TimeParameter.read("from", null, null));
    var before = TimeParameter.read("from", "-20000-01-01T00:00:00Z", null);
    assertEquals(TimeParameter.EARLIEST, before);
    var after = TimeParameter.read("to", "+20000-01-01T00:00:00Z", null);
    assertEquals(TimeParameter.LATEST, after);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-01-31T12:00:00", "2026-01-31", "1769860800000", "yesterday", ""})
  void saysWhatIsExpectedOfOneWithout(String text) {
    var refused =
        assertThrows(RefusedException.class, () -> TimeParameter.read("from", text, null));
    var error = ((Refusal.Malformed) refused.refusal()).errors().getFirst();
    assertEquals("from", error.parameter());
    assertTrue(error.detail().endsWith("with an offset, as " + NOON), error.detail());
  }
}
