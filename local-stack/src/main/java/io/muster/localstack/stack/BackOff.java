package io.muster.localstack.stack;

import java.time.Duration;

/**
 * How long to wait before a crashed process is started again: twice as long each time, up to a
 * bound, and from the beginning after it has run well for a while.
 *
 * @param first after the first crash
 * @param longest never more
 * @param wellAfter having run so long forgives what was before
 */
record BackOff(Duration first, Duration longest, Duration wellAfter) {
  static final BackOff DEFAULT =
      new BackOff(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60));

  /**
   * @param crashes in a row, from 1
   */
  Duration delay(int crashes) {
    var doublings = Math.min(crashes - 1, 20);
    var delay = first.multipliedBy(1L << doublings);
    return delay.compareTo(longest) > 0 ? longest : delay;
  }

  /** The number of crashes in a row after one more. */
  int afterCrash(int crashesBefore, Duration ranFor) {
    return ranFor.compareTo(wellAfter) >= 0 ? 1 : crashesBefore + 1;
  }
}
