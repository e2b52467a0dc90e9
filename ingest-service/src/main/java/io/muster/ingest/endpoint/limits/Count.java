package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicLong;

/** A number of things that should not exceed a limit. Thread-safe. */
final class Count {
  private final long most;
  private final AtomicLong count = new AtomicLong();

  /**
   * @param most 0 for no limit
   */
  Count(long most) {
    this.most = most;
  }

  /** Counts one more unless there are as many as there may be. */
  boolean tryAdd() {
    return tryAdd(1);
  }

  /** Counts so many more, or none when those would be too many. */
  boolean tryAdd(int more) {
    if (count.addAndGet(more) <= most || most == 0) {
      return true;
    }
    count.addAndGet(-more);
    return false;
  }

  /** Counts what is there whether it may or not; or no more. */
  void add(long change) {
    count.addAndGet(change);
  }
}
