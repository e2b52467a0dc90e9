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
    // Never above it, not for a moment: who looks would see more than there may be.
    int before;
    do {
      before = taken.get();
      if (before >= most) {
        return false;
      }
    } while (!taken.compareAndSet(before, before + 1));
    return true;
  }

  public void leave() {
    taken.decrementAndGet();
  }

  public int taken() {
    return taken.get();
  }
}
