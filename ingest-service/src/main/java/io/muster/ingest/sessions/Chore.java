package io.muster.ingest.sessions;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Something that is done again and again, never twice at a time. A failure is told once, and the
 * next time is tried as if nothing had been.
 */
final class Chore {
  private static final Logger LOG = Logger.getLogger(Chore.class);

  private final String what;
  private final Supplier<Uni<Void>> task;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * @param what for the log: "Cannot …"
   */
  Chore(String what, Supplier<Uni<Void>> task, ScheduledExecutorService timer) {
    this.what = what;
    this.task = task;
    this.timer = timer;
  }

  void every(Duration period) {
    timer.scheduleWithFixedDelay(this::run, 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    if (!busy.compareAndSet(false, true)) {
      return;
    }
    try {
      task.get().subscribe().with(done -> done(), this::failed);
    } catch (RuntimeException thrown) {
      // A scheduled task that throws is never run again.
      failed(thrown);
    }
  }

  private void done() {
    failing.set(false);
    busy.set(false);
  }

  private void failed(Throwable failure) {
    if (failing.compareAndSet(false, true)) {
      LOG.warnf("Cannot %s, trying again: %s", what, failure);
    }
    busy.set(false);
  }
}
