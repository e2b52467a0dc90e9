package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** From when on a device that sends too much is refused instead of slowed down. */
class ExcessTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long BEGIN = Long.MAX_VALUE - SECOND; // nanoTime may wrap around

  private final Excess excess = new Excess(60 * SECOND);

  @Test
  void isSlowedDownForAllThePatienceFirst() {
    for (int second = 0; second < 60; second++) {
      assertFalse(excess.isSustained(SECOND, BEGIN + second * SECOND));
    }
    assertTrue(excess.isSustained(SECOND, BEGIN + 60 * SECOND));
  }

  @Test
  void isForgivenWhenItWasNotSlowedDownForTenSeconds() {
    excess.isSustained(SECOND, BEGIN);
    excess.isSustained(SECOND, BEGIN + 59 * SECOND - 1);
    assertFalse(excess.isSustained(SECOND, BEGIN + 71 * SECOND));
    assertFalse(excess.isSustained(SECOND, BEGIN + 71 * SECOND + 59 * SECOND));
  }

  @Test
  void aLongWaitIsNoForgiveness() {
    excess.isSustained(40 * SECOND, BEGIN);
    assertFalse(excess.isSustained(15 * SECOND, BEGIN + 50 * SECOND));
    assertTrue(excess.isSustained(SECOND, BEGIN + 75 * SECOND));
  }

  @Test
  void whatWouldHaveToWaitForAllThePatienceIsRefusedAtOnce() {
    assertTrue(excess.isSustained(60 * SECOND, BEGIN));
  }
}
