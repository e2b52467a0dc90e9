package io.muster.mqtt;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Growing waits between attempts: doubled each time up to a bound, half of each one random, so that
 * many clients do not come back at once. Not thread-safe.
 */
final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;
  private int attempts;

  Backoff(Duration first, Duration longest, RandomGenerator random) {
    this.first = first;
    this.longest = longest;
    this.random = random;
  }

  Duration next() {
    var millis = wait(first, longest, ++attempts).toMillis();
    return Duration.ofMillis(millis - (long) (random.nextDouble() * millis / 2));
  }

  void reset() {
    attempts = 0;
  }

  /** The wait before an attempt (1 for the first), without chance. */
  static Duration wait(Duration first, Duration longest, int attempt) {
    var doublings = Math.min(Math.max(attempt - 1, 0), 20);
    var wait = first.multipliedBy(1L << doublings);
    return wait.compareTo(longest) < 0 ? wait : longest;
  }
}
