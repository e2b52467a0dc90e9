package io.muster.benchmarks.rounds;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * What a contender says it stored.
 *
 * @param rows it was told are committed
 * @param elapsed from the first to the last of them
 * @param p50Milliseconds from publish to PUBACK, where there is one
 * @param p99Milliseconds likewise
 */
public record Stored(
    long rows, Duration elapsed, OptionalDouble p50Milliseconds, OptionalDouble p99Milliseconds) {

  /** Of a contender without PUBACKs. */
  public static Stored rows(long rows, Duration elapsed) {
    return new Stored(rows, elapsed, OptionalDouble.empty(), OptionalDouble.empty());
  }

  public double perSecond() {
    return rows * 1e9 / elapsed.toNanos();
  }
}
