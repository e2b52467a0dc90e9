package io.muster.ingest.endpoint.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether one of those who share a rate uses more than its part, while they use all of it together.
 * The part grows and shrinks with their number. Thread-safe.
 */
final class Share {
  private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What counts against it when the others want their part again. */
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong usedUntil;

  Share(long nowNanos) {
    usedUntil = new AtomicLong(nowNanos);
  }

  /**
   * @param costNanos what a message takes of the whole rate
   * @param sharers how many share it
   * @return for how many nanoseconds it has used its part; 0 while it keeps to it
   */
  long charge(long costNanos, long sharers, long nowNanos) {
    var cost = costNanos * sharers;
    // One message passes always, however small the part.
    var burst = Math.max(BURST_NANOS, cost);
    while (true) {
      var before = usedUntil.get();
      var used = Math.clamp(before - nowNanos, 0, MOST_NANOS) + cost;
      if (usedUntil.compareAndSet(before, nowNanos + used)) {
        return Math.max(0, used - burst);
      }
    }
  }

  /** Whether nothing of what was charged still counts. */
  boolean hasRecovered(long nowNanos) {
    return usedUntil.get() - nowNanos <= 0;
  }
}
