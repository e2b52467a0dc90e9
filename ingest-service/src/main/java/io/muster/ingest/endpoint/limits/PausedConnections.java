package io.muster.ingest.endpoint.limits;

import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** How many connections are not being read, and for which reasons. Thread-safe. */
public final class PausedConnections {
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicIntegerArray byHold = new AtomicIntegerArray(Hold.values().length);

  void oneMore() {
    count.incrementAndGet();
  }

  void oneLess() {
    count.decrementAndGet();
  }

  void held(Hold hold) {
    byHold.incrementAndGet(hold.ordinal());
  }

  void released(Hold hold) {
    byHold.decrementAndGet(hold.ordinal());
  }

  /** How many are held for that reason; one connection may be held for several. */
  public int count(Hold hold) {
    return byHold.get(hold.ordinal());
  }

  public int count() {
    return count.get();
  }
}
