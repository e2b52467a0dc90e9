package io.muster.firmware.rollouts;

import java.time.Duration;

/**
 * Whether and when a device that failed tries again by itself.
 *
 * @param attempts the most, the first one included
 * @param minBackoff after the first failure; it doubles with each
 * @param maxBackoff at most
 */
record RetryRule(int attempts, Duration minBackoff, Duration maxBackoff) {
  static final RetryRule NONE = new RetryRule(1, Duration.ofMinutes(1), Duration.ofHours(1));

  RetryRule {
    if (attempts < 1 || minBackoff.isNegative() || maxBackoff.compareTo(minBackoff) < 0) {
      throw new IllegalArgumentException("at least one attempt, and a back-off that grows");
    }
  }
}
