package io.muster.ingest.intake;

import io.muster.ingest.intake.Outcome.Refused.Shortage;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  /**
   * A missing partition is made and the batch written again; more often than this it is not that.
   */
  private static final int PARTITION_ATTEMPTS = 3;

  private final Context context;
  private final IntakeSettings settings;
  private final LaneConnection connection;
  private final SureWriter writer;
  private final Interpreter interpreter;
  private final LaneListener listener;
  private final Queue<Entry> arrivals = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wakeUps = new AtomicInteger();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong atMostOnceBytes;
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
  private int waitingRows;
  private boolean busy;
  private boolean lingering;
  private volatile long lastBegin = System.nanoTime();

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
    this.writer =
        new SureWriter(
            vertx,
            settings,
            connection,
            dictionaries,
            interpreter,
            listener,
            this::finish,
            this::shedAtMostOnce);
    this.interpreter = interpreter;
    this.listener = listener;
    this.atMostOnceBytes = atMostOnceBytes;
  }

  /** Opens the connection, so that the service knows of its database before the first message. */
  void start() {
    context.runOnContext(now -> connection.get());
  }

  /** Takes an entry over. On any thread. */
  void offer(Entry entry) {
    queued.incrementAndGet();
    arrivals.add(entry);
    if (wakeUps.getAndIncrement() == 0) {
      context.runOnContext(now -> drain());
    }
  }

  private void drain() {
    var seen = wakeUps.get();
    do {
      Entry entry;
      while ((entry = arrivals.poll()) != null) {
        admit(entry);
        if (waitingRows >= settings.batchRows()) {
          flush(); // what comes after can be read while this is committed
        }
      }
      seen = wakeUps.addAndGet(-seen);
    } while (seen != 0);
    flush();
  }

  private void admit(Entry entry) {
    if (entry.content() == null) {
      entry.content(interpreter.interpret(entry.publication(), entry.id()));
    }
    if (entry.content() instanceof Content.Refused && !listener.admitsDeadLetter(entry)) {
      finish(entry, Outcome.refused(Shortage.QUARANTINED));
      return;
    }
    waiting.add(entry);
    waitingRows += entry.content().rows();
  }

  private void flush() {
    if (busy || waiting.isEmpty()) {
      return;
    }
    if (waitingRows < settings.batchRows() && settings.linger().isPositive()) {
      lingerOnce();
      return;
    }
    commitNext();
  }

  private void lingerOnce() {
    if (!lingering) {
      lingering = true;
      connection
          .after(settings.linger())
          .onSuccess(
              waited -> {
                lingering = false;
                if (!busy && !waiting.isEmpty()) {
                  commitNext();
                }
              });
    }
  }

  private void commitNext() {
    busy = true;
    lastBegin = System.nanoTime();
    writer
        .store(next())
        .onComplete(
            stored -> {
              busy = false;
              flush();
            });
  }

  /** As many as one transaction takes, and one at least. */
  private List<Entry> next() {
    var batch = new ArrayList<Entry>(Math.min(waiting.size(), settings.batchRows()));
    var rows = 0;
    long bytes = 0;
    for (var entry = waiting.peek(); entry != null; entry = waiting.peek()) {
      rows += entry.content().rows();
      bytes += entry.bytes();
      if (!batch.isEmpty() && (rows > settings.batchRows() || bytes > settings.batchBytes())) {
        break;
      }
      batch.add(waiting.poll());
      waitingRows -= entry.content().rows();
    }
    return batch;
  }

  /** What may be lost is lost first: it would come too late anyhow. */
  private void shedAtMostOnce() {
    for (var iterator = waiting.iterator(); iterator.hasNext(); ) {
      var entry = iterator.next();
      if (entry.isAtMostOnce()) {
        iterator.remove();
        waitingRows -= entry.content().rows();
        finish(entry, Outcome.refused(Shortage.DATABASE));
      }
    }
  }

  private void finish(Entry entry, Outcome outcome) {
    queued.decrementAndGet();
    if (entry.isAtMostOnce()) {
      atMostOnceBytes.addAndGet(-entry.bytes());
    }
    listener.finished(entry, outcome);
    try {
      entry.complete(outcome);
    } catch (RuntimeException fault) {
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

  void close() {
    context.runOnContext(now -> connection.close());
  }
}
