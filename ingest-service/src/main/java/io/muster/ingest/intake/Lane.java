package io.muster.ingest.intake;

import io.muster.ingest.intake.Outcome.Refused.Shortage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
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
 *
 * <p>A batch is never given up: what the database refuses for its data is found by halving and put
 * into the dead letters, everything else is tried again until it passes.
 */
final class Lane {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.intake");

  /**
   * A missing partition is made and the batch written again; more often than this it is not that.
   */
  private static final int PARTITION_ATTEMPTS = 3;

  private final Vertx vertx;
  private final Context context;
  private final IntakeSettings settings;
  private final LaneConnection connection;
  private final Dictionaries dictionaries;
  private final BatchWriter writer;
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
  private volatile long lastSignOfLife = System.nanoTime();

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
    this.vertx = vertx;
    this.context = context;
    this.settings = settings;
    this.connection = connection;
    this.dictionaries = dictionaries;
    this.writer = new BatchWriter(dictionaries, settings.deadLetterBytes());
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
    lastSignOfLife = System.nanoTime();
    store(next())
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

  /** Writes until all are written or in the dead letters; never fails. */
  private Future<Void> store(List<Entry> entries) {
    return attempt(entries, 0);
  }

  private Future<Void> attempt(List<Entry> entries, int partitionsMissed) {
    var commit = listener.committing(entries);
    return connection
        .get()
        .compose(open -> bounded(open, entries))
        .transform(
            written -> {
              lastSignOfLife = System.nanoTime();
              if (written.succeeded()) {
                connection.succeeded();
                commit.committed(written.result());
                entries.forEach(entry -> finish(entry, entry.outcome()));
                return Future.succeededFuture();
              }
              commit.failed(written.cause());
              return afterFailure(entries, written.cause(), partitionsMissed);
            });
  }

  private Future<Void> afterFailure(List<Entry> entries, Throwable cause, int partitionsMissed) {
    return switch (SqlFailure.of(cause)) {
      case DATA -> isolate(entries, cause);
      case MISSING_PARTITION -> {
        dictionaries.partitions().forget();
        yield partitionsMissed < PARTITION_ATTEMPTS
            ? attempt(entries, partitionsMissed + 1)
            : isolate(entries, cause);
      }
      case CONFLICT -> connection.pause().compose(waited -> attempt(entries, partitionsMissed));
      case TRANSIENT -> {
        connection.giveUp(cause);
        shedAtMostOnce();
        yield connection.pause().compose(waited -> attempt(entries, partitionsMissed));
      }
    };
  }

  /** Halves the batch until what the database refuses is alone. */
  private Future<Void> isolate(List<Entry> entries, Throwable cause) {
    if (entries.size() > 1) {
      var middle = entries.size() / 2;
      var first = List.copyOf(entries.subList(0, middle));
      var second = List.copyOf(entries.subList(middle, entries.size()));
      return store(first).compose(done -> store(second));
    }
    return refuse(entries.getFirst(), cause);
  }

  private Future<Void> refuse(Entry culprit, Throwable cause) {
    if (culprit.content() instanceof Content.Refused || culprit.publication() == null) {
      // Neither a dead letter nor a message of our own can hold what PostgreSQL does not take.
      LOG.errorf(
          cause, "The database refuses an entry of %s for its data; it is lost", culprit.source());
      listener.lost(culprit);
      finish(culprit, Outcome.deadLettered(DeadLetterReason.REFUSED_BY_DATABASE));
      return Future.succeededFuture();
    }
    LOG.warnf("The database refuses a message of %s for its data: %s", culprit.source(), cause);
    culprit.content(
        interpreter.refused(
            culprit.publication(),
            culprit.id(),
            DeadLetterReason.REFUSED_BY_DATABASE,
            "the database refuses it for its data"));
    if (!listener.admitsDeadLetter(culprit)) {
      finish(culprit, Outcome.refused(Shortage.QUARANTINED));
      return Future.succeededFuture();
    }
    return store(List.of(culprit));
  }

  /**
   * Gives up a connection that does not answer. Its pending statements may never end, and so must
   * not be waited for; what they still do is harmless, as writing the batch again is.
   */
  private Future<Integer> bounded(PgConnection open, List<Entry> entries) {
    var result = Promise.<Integer>promise();
    var timer =
        vertx.setTimer(
            Math.max(1, settings.commitTimeout().toMillis()),
            late -> result.tryFail(new IllegalStateException("the database does not answer")));
    writer
        .write(open, entries)
        .onComplete(
            written -> {
              vertx.cancelTimer(timer);
              if (written.succeeded()) {
                result.tryComplete(written.result());
              } else {
                result.tryFail(written.cause());
              }
            });
    return result.future();
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
    var last = Math.max(lastSignOfLife, connection.lastSignOfLife());
    return queued.get() == 0 ? 0 : Math.max(0, System.nanoTime() - last);
  }

  void close() {
    context.runOnContext(now -> connection.close());
  }
}
