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
    if (count.incrementAndGet() <= most || most == 0) {
      return true;
    }
    count.decrementAndGet();
    return false;
  }

  /** Counts what is there whether it may or not; or no more. */
  void add(long change) {
    count.addAndGet(change);
  }
}
