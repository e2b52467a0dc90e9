package io.muster.ingest.sessions;

import io.muster.outbox.chore.Outage;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Writes items in their order, one batch at a time: while one is under way the next gathers. A
 * batch that fails is tried again until it succeeds. Who adds bounds how much. Thread-safe.
 */
final class RetriedBatches<T> {
  private static final Logger LOG = Logger.getLogger(RetriedBatches.class);

  private final String what;
  private final int most;
  private final Duration retry;
  private final Function<List<T>, Uni<Void>> write;
  private final ScheduledExecutorService timer;
  private final ConcurrentLinkedQueue<T> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unwritten = new AtomicInteger();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final Outage outage;

  /**
   * @param what for the log, in the plural
   */
  RetriedBatches(
      String what,
      int most,
      Duration retry,
      ScheduledExecutorService timer,
      Function<List<T>, Uni<Void>> write) {
    this.what = what;
    this.most = most;
    this.retry = retry;
    this.timer = timer;
    this.write = write;
    this.outage =
        new Outage(
            LOG,
            what + " cannot be written, trying again until they can: %s",
            what + " are written again");
  }

  void add(T item) {
    unwritten.incrementAndGet();
    waiting.add(item);
    begin();
  }

  /** How many are not written yet. */
  int unwritten() {
    return unwritten.get();
  }

  private void begin() {
    // Again after an empty batch: who added meanwhile saw it busy and went away.
    while (!waiting.isEmpty() && busy.compareAndSet(false, true)) {
      var batch = next();
      if (!batch.isEmpty()) {
        write(batch);
        return;
      }
      busy.set(false);
    }
  }

  private List<T> next() {
    List<T> batch = new ArrayList<>();
    while (batch.size() < most) {
      var item = waiting.poll();
      if (item == null) {
        break;
      }
      batch.add(item);
    }
    return batch;
  }

  private void write(List<T> batch) {
    try {
      write.apply(batch).subscribe().with(done -> written(batch), failure -> later(batch, failure));
    } catch (RuntimeException thrown) {
      later(batch, thrown);
    }
  }

  private void written(List<T> batch) {
    outage.succeeded();
    unwritten.addAndGet(-batch.size());
    busy.set(false);
    begin();
  }

  private void later(List<T> batch, Throwable failure) {
    outage.failed(failure);
    try {
      timer.schedule(() -> write(batch), retry.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException shuttingDown) {
      LOG.warnf("%d of %s were not written before the end", unwritten.get(), what);
    }
  }
}
