package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicInteger;

/** How many connections are not being read. Thread-safe. */
public final class PausedConnections {
  private final AtomicInteger count = new AtomicInteger();

  void oneMore() {
    count.incrementAndGet();
  }

  void oneLess() {
    count.decrementAndGet();
  }

  public int count() {
    return count.get();
  }
}
