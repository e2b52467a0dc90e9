package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.SetClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AttemptsTest {
  private final SetClock clock = new SetClock();
  private final Attempts attempts = new Attempts(2, clock);

  @Test
  void theLimitBlocksForAMinute() {
    attempts.count("a");
    assertFalse(attempts.isBlocked("a"));
    attempts.count("a");
    assertTrue(attempts.isBlocked("a"));
    assertFalse(attempts.isBlocked("b"));
    clock.advance(Duration.ofSeconds(59));
    assertTrue(attempts.isBlocked("a"));
    assertEquals(Duration.ofSeconds(1), attempts.blockedFor("a"));
    assertEquals(Duration.ZERO, attempts.blockedFor("b"));
    clock.advance(Duration.ofSeconds(1));
    assertFalse(attempts.isBlocked("a"));
    attempts.count("a");
    assertFalse(attempts.isBlocked("a"));
  }

  @Test
  void veryManyAtOnceAreBounded() {
    attempts.count("first");
    attempts.count("first");
    for (var i = 0; i < 10_000; i++) {
      attempts.count("other " + i);
    }
    assertFalse(attempts.isBlocked("first"));
  }
}
