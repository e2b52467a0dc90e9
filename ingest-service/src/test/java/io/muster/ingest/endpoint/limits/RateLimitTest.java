package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long BEGIN = Long.MAX_VALUE - SECOND; // nanoTime may wrap around

  @Test
  void letsABurstPassThenOneAtATime() {
    var limit = new RateLimit(10, 5, BEGIN);
    for (int i = 0; i < 5; i++) {
      assertEquals(0, limit.charge(BEGIN));
    }
    assertEquals(SECOND / 10, limit.charge(BEGIN));
    assertEquals(2 * SECOND / 10, limit.charge(BEGIN));
  }

  @Test
  void fillsAgainWithTimeButNeverBeyondTheBurst() {
    var limit = new RateLimit(10, 5, BEGIN);
    var muchLater = BEGIN + 100 * SECOND;
    for (int i = 0; i < 5; i++) {
      assertEquals(0, limit.charge(muchLater));
    }
    assertEquals(SECOND / 10, limit.charge(muchLater));
    assertEquals(0, limit.charge(muchLater + 2 * SECOND / 10));
  }

  @Test
  void takesBackWhatDidNotHappen() {
    var limit = new RateLimit(1, 1, BEGIN);
    assertEquals(0, limit.charge(BEGIN));
    assertEquals(SECOND, limit.charge(BEGIN));
    limit.refund();
    assertEquals(SECOND, limit.charge(BEGIN));
  }
}
