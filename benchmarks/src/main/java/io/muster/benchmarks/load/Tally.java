package io.muster.benchmarks.load;

import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * What the connections of one event loop did in one run. Written on that event loop alone; {@link
 * #acknowledged} may be read anywhere, the rest once the run is over.
 */
final class Tally {
  private static final long LONGEST_MICROSECONDS = 10 * 60 * 1_000_000L;
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Histogram microseconds = new Histogram(LONGEST_MICROSECONDS, SIGNIFICANT_DIGITS);
  private final AckCounts acks = new AckCounts();
  private long sent;
  private long unexpectedAcks;
  private int lostConnections;
  private long lastAckNanos;
  private long uncounted;
  private final AtomicLong acknowledged = new AtomicLong();

  Tally(long startNanos) {
    lastAckNanos = startNanos;
  }

  void sent(int messages) {
    sent += messages;
  }

  void acknowledged(int reason, long latencyNanos) {
    acks.count(reason);
    microseconds.recordValue(Math.clamp(latencyNanos / 1_000, 0, LONGEST_MICROSECONDS));
    uncounted++;
  }

  void unexpectedAck() {
    unexpectedAcks++;
  }

  void lostConnection() {
    lostConnections++;
  }

  /** One read of a socket is done; only now is the count shown to others. */
  void readComplete(long nowNanos) {
    if (uncounted > 0) {
      lastAckNanos = nowNanos;
      acknowledged.setRelease(acknowledged.getPlain() + uncounted);
      uncounted = 0;
    }
  }

  long acknowledged() {
    return acknowledged.getAcquire();
  }

  /**
   * What came of it.
   *
   * @param startNanos when publishing began
   * @param unacknowledged messages that still await their PUBACK
   */
  LoadResult result(long startNanos, long unacknowledged) {
    return new LoadResult(
        sent,
        acks,
        unexpectedAcks,
        unacknowledged,
        lostConnections,
        lastAckNanos - startNanos,
        microseconds);
  }
}
