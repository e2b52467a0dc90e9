package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicInteger;

/** A bounded number of places. Thread-safe. */
public final class Seats {
  private final int most;
  private final AtomicInteger taken = new AtomicInteger();

  public Seats(int most) {
    this.most = most;
  }

  /** Takes one; false when all are taken. */
  public boolean take() {
    if (taken.incrementAndGet() <= most) {
      return true;
    }
    taken.decrementAndGet();
    return false;
  }

  public void leave() {
    taken.decrementAndGet();
  }

  public int taken() {
    return taken.get();
  }
}
