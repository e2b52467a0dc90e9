package io.muster.ingest.intake;

import java.time.Duration;

/**
 * How long the batch whose turn it is at a lane has waited for its commit, pauses after failures
 * and the search for a connection included. Begun and ended on the lane's thread, asked on any.
 */
final class CommitWait {
  private static final double NANOS_PER_SECOND = 1e9;

  /** What takes longer is told. */
  private static final Duration STALLED = Duration.ofSeconds(1);

  private final LaneListener listener;

  /** By {@link System#nanoTime}; 0 while nothing waits. */
  private volatile long since;

  CommitWait(LaneListener listener) {
    this.listener = listener;
  }

  /** A batch has its turn. One that is written again has had it before. */
  void begins() {
    if (since == 0) {
      since = System.nanoTime() | 1;
    }
  }

  void ends() {
    var waited = Duration.ofNanos(System.nanoTime() - since);
    try {
      if (waited.compareTo(STALLED) > 0) {
        listener.stalled(waited);
      }
    } finally {
      // Last, so that whoever sees that nothing waits any more sees what was told of it.
      since = 0;
    }
  }

  /** 0 while nothing waits. */
  double seconds() {
    var begin = since;
    return begin == 0 ? 0 : Math.max(0, System.nanoTime() - begin) / NANOS_PER_SECOND;
  }
}
