package io.muster.registry.emqx;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PresenceThereTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void aConnectionIsNotTakenForLostBeforeTheBrokerEndsIt() {
    PresenceThere.requireLonger(HOUR.plusSeconds(1), HOUR);
    for (var lostAfter : new Duration[] {HOUR, HOUR.minusSeconds(1)}) {
      var refused =
          assertThrows(
              IllegalStateException.class, () -> PresenceThere.requireLonger(lostAfter, HOUR));
      assertTrue(refused.getMessage().contains("lost-elsewhere-after"), refused.getMessage());
    }
  }
}
