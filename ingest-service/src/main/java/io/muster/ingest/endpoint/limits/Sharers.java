package io.muster.ingest.endpoint.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How many of those who share something have used it of late: in this period of ten seconds or in
 * the one before. Thread-safe.
 */
final class Sharers {
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Period(long number, AtomicInteger seen, int before) {}

  private final long beganNanos;
  private final AtomicReference<Period> current =
      new AtomicReference<>(new Period(0, new AtomicInteger(), 0));

  Sharers(long nowNanos) {
    beganNanos = nowNanos;
  }

  /**
   * One of them uses it.
   *
   * @param lastPeriod what this answered the last time; negative at first
   * @return the number of the present period
   */
  long use(long lastPeriod, long nowNanos) {
    var period = at(nowNanos);
    if (lastPeriod != period.number) {
      period.seen.incrementAndGet();
    }
    return period.number;
  }

  /** At least 1. */
  int count(long nowNanos) {
    var period = at(nowNanos);
    return Math.max(1, Math.max(period.seen.get(), period.before));
  }

  private Period at(long nowNanos) {
    var number = (nowNanos - beganNanos) / PERIOD_NANOS;
    var period = current.get();
    while (number > period.number) {
      var before = number == period.number + 1 ? period.seen.get() : 0;
      current.compareAndSet(period, new Period(number, new AtomicInteger(), before));
      period = current.get();
    }
    return period;
  }
}
