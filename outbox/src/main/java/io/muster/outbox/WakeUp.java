package io.muster.outbox;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A signal that is never missed: one given before the wait ends the wait at once. */
final class WakeUp {
  private final Semaphore permits = new Semaphore(0);

  void signal() {
    // More than one pending signal says nothing more than one does.
    if (permits.availablePermits() == 0) {
      permits.release();
    }
  }

  void await(Duration atMost) throws InterruptedException {
    if (permits.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      permits.drainPermits();
    }
  }
}
