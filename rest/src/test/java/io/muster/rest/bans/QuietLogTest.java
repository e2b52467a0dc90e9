package io.muster.rest.bans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QuietLogTest {
  private static final long PERIOD = 1_000;

  @Test
  void leavesOutWhatIsTooMuchAndTellsHowManyWithTheNext() {
    var log = new QuietLog(2, PERIOD, 0);
    assertEquals(0, log.admit(0));
    assertEquals(0, log.admit(1));
    assertEquals(-1, log.admit(2));
    assertEquals(-1, log.admit(PERIOD - 1));
    assertEquals(2, log.admit(PERIOD));
    assertEquals(0, log.admit(PERIOD + 1));
    assertEquals(-1, log.admit(PERIOD + 2));
  }
}
