package io.muster.rest.bans;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what strangers can cause from filling the log: so many lines in a period, and how many were
 * left out with the next. Thread-safe.
 */
public final class QuietLog {
  private final long periodNanos;
  private final int linesInPeriod;
  private final AtomicLong periodBegan;
  private final AtomicLong lines = new AtomicLong();
  private final AtomicLong leftOut = new AtomicLong();

  public QuietLog(int linesInPeriod, long periodNanos, long nowNanos) {
    this.linesInPeriod = linesInPeriod;
    this.periodNanos = periodNanos;
    this.periodBegan = new AtomicLong(nowNanos);
  }

  /**
   * Asks to write a line.
   *
   * @return how many were left out since the last; negative when this one is to be left out
   */
  public long admit(long nowNanos) {
    var began = periodBegan.get();
    if (nowNanos - began >= periodNanos && periodBegan.compareAndSet(began, nowNanos)) {
      lines.set(0);
    }
    if (lines.incrementAndGet() > linesInPeriod) {
      leftOut.incrementAndGet();
      return -1;
    }
    return leftOut.getAndSet(0);
  }
}
