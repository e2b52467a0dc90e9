package io.muster.localstack.device;

import java.time.Duration;

/**
 * @param window how many messages may wait for their PUBACK
 * @param patience how long to go on without a single PUBACK while some are awaited
 * @param firstPause before the second attempt to connect; doubles up to the longest
 * @param longestPause between two attempts
 */
public record SendingLimits(
    int window, Duration patience, Duration firstPause, Duration longestPause) {
  /**
   * The usual pauses.
   *
   * @param window how many messages may wait for their PUBACK
   */
  public static SendingLimits of(int window, Duration patience) {
    return new SendingLimits(window, patience, Duration.ofMillis(200), Duration.ofSeconds(3));
  }

  Duration pause(int failures) {
    var pause = firstPause.multipliedBy(1L << Math.min(failures, 10));
    return pause.compareTo(longestPause) > 0 ? longestPause : pause;
  }
}
