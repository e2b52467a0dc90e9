package io.muster.ingest.intake;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * One way into the store: a thread, a connection, and what waits for it. Entries are handed over on
 * any thread and looked at on the lane's own, in the order in which they came; while one batch is
 * committed the next one gathers, so batches are as large as they need to be.
 */
final class Lane {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.intake");

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Context context;
  private final IntakeSettings settings;
  private final LaneConnection connection;
  private final SureWriter writer;
  private final LaneQueue queue;
  private final LaneListener listener;
  private final CommitWait wait;
  private final AtomicBoolean awake = new AtomicBoolean();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong atMostOnceBytes;
  private boolean busy;
  private boolean lingering;
  private volatile long lastBegin = System.nanoTime();
  private long earliestBegin = lastBegin;

  /**
   * @param atMostOnceBytes what waits at QoS 0, over all lanes
   */
  Lane(
      Vertx vertx,
      Context context,
      IntakeSettings settings,
      LaneConnection connection,
      Dictionaries dictionaries,
      Interpreter interpreter,
      LaneListener listener,
      AtomicLong atMostOnceBytes) {
    this.context = context;
    this.settings = settings;
    this.connection = connection;
    this.listener = new ShieldedListener(listener);
    this.wait = new CommitWait(this.listener);
    this.queue = new LaneQueue(settings, interpreter, this.listener, this::finish);
    this.writer =
        new SureWriter(
            vertx,
            settings,
            connection,
            dictionaries,
            interpreter,
            this.listener,
            this::finish,
            queue::shedAtMostOnce);
    this.atMostOnceBytes = atMostOnceBytes;
  }

  /** Opens the connection, so that the service knows of its database before the first message. */
  void start() {
    context.runOnContext(
        now -> {
          connection.get();
          probeLater();
        });
  }

  /** Only while nothing is written: a transaction has a limit of its own, and a longer one. */
  private void probeLater() {
    connection
        .after(settings.probeInterval())
        .compose(waited -> busy ? Future.succeededFuture() : connection.probe())
        .onFailure(
            silent -> {
              if (!busy) {
                connection.lost(silent);
              }
            })
        .onComplete(
            probed -> {
              if (!connection.isClosed()) {
                probeLater();
              }
            });
  }

  /** Takes an entry over. On any thread. */
  void offer(Entry entry) {
    var waiting = queued.incrementAndGet();
    queue.add(entry);
    if (!awake.get() && awake.compareAndSet(false, true) || waiting == settings.batchRows()) {
      context.runOnContext(now -> proceed());
    }
  }

  /** Whatever goes wrong, the lane goes on: there is nobody else to write what waits here. */
  private void proceed() {
    awake.set(false); // before it looks: what comes from here on wakes it again
    try {
      queue.decodeAhead();
      sleepUntilCommitted();
      if (busy || queue.isEmpty()) {
        return;
      }
      var pause = queue.holdsBatch() ? 0 : earliestBegin - System.nanoTime();
      if (pause > 0) {
        linger(pause);
      } else {
        commitNext();
      }
    } catch (Throwable fault) {
      LOG.error("A lane met a fault and goes on after a pause", fault);
      connection.pause().onComplete(waited -> proceed());
    }
  }

  /** Nothing that comes meanwhile needs to be looked at before, but for what fills the batch. */
  private void linger(long nanos) {
    awake.set(true);
    if (!lingering) {
      lingering = true;
      connection
          .after(Duration.ofMillis(Math.ceilDiv(nanos, NANOS_PER_MILLI)))
          .onComplete(
              waited -> {
                lingering = false;
                proceed();
              });
    }
  }

  private void commitNext() {
    var batch = queue.next();
    busy = true;
    lastBegin = System.nanoTime();
    earliestBegin = lastBegin + settings.linger().toNanos();
    wait.begins();
    Future.succeededFuture(batch) // so that what it throws is a failure as any other
        .compose(writer::store)
        .onComplete(
            stored -> {
              busy = false;
              if (stored.failed()) {
                LOG.error("A batch met a fault and is written again", stored.cause());
                queue.putBack(batch);
                connection.pause().onComplete(waited -> proceed());
              } else {
                wait.ends();
                proceed();
              }
            });
    queue.decodeAhead(); // the next one, while this one is committed
    sleepUntilCommitted();
  }

  /** With the next batch complete nothing that comes needs to be looked at before. */
  private void sleepUntilCommitted() {
    if (busy && queue.holdsBatch()) {
      awake.set(true);
    }
  }

  /** Never throws: an entry that was committed leaves the lane whatever those do who hear of it. */
  private void finish(Entry entry, Outcome outcome) {
    if (entry.hasFinished()) {
      return;
    }
    entry.finish();
    queued.decrementAndGet();
    if (entry.isAtMostOnce()) {
      atMostOnceBytes.addAndGet(-entry.payloadBytes());
    }
    listener.finished(entry, outcome);
    try {
      entry.complete(outcome);
    } catch (Throwable fault) {
      LOG.error("A completion failed", fault);
    }
  }

  /** How many entries wait or are being written. On any thread. */
  int queued() {
    return queued.get();
  }

  /** Since when there is work and no sign of life, in nanoseconds; 0 when all is well. */
  long silentNanos() {
    var last = Math.max(lastBegin, writer.lastSignOfLife());
    return queued.get() == 0 ? 0 : Math.max(0, System.nanoTime() - last);
  }

  /** How long a batch has waited for its commit; 0 without one. On any thread. */
  double waitingSeconds() {
    return wait.seconds();
  }

  void close() {
    context.runOnContext(now -> connection.close());
  }
}
