package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets events pass at a rate, with a burst, by the generic cell rate algorithm: one number says
 * when the bucket will be full again. Thread-safe; one compare-and-set for each event. Times are
 * {@link System#nanoTime} values.
 */
public final class RateLimit {
  private final double intervalNanos;
  private final long burstNanos;
  private final AtomicLong fullAgainAt;

  /**
   * @param perSecond more than 0
   * @param burst how many may come at once, at least 1
   * @param nowNanos the bucket is full at this time
   */
  public RateLimit(double perSecond, double burst, long nowNanos) {
    intervalNanos = 1_000_000_000L / perSecond;
    burstNanos = (long) (intervalNanos * burst);
    fullAgainAt = new AtomicLong(nowNanos);
  }

  /**
   * Counts an event that happens whether it may or not.
   *
   * @return for how many nanoseconds nothing more should come; 0 when more may
   */
  public long charge(long nowNanos) {
    return charge(1, nowNanos);
  }

  /** The same for so many at once. */
  public long charge(long events, long nowNanos) {
    var cost = costNanos(events);
    while (true) {
      var before = fullAgainAt.get();
      var from = before - nowNanos > 0 ? before : nowNanos;
      var after = from + cost;
      if (fullAgainAt.compareAndSet(before, after)) {
        return Math.max(0, after - nowNanos - burstNanos);
      }
    }
  }

  /** The time that so many take at the rate. */
  long costNanos(long events) {
    return (long) Math.ceil(events * intervalNanos);
  }

  /** Whether nothing of what was charged still counts. */
  public boolean hasRecovered(long nowNanos) {
    return fullAgainAt.get() - nowNanos <= 0;
  }

  /** Takes back one that did not happen in the end. */
  public void refund() {
    refund(1);
  }

  /** Takes back so many. */
  public void refund(long events) {
    fullAgainAt.addAndGet(-costNanos(events));
  }
}
