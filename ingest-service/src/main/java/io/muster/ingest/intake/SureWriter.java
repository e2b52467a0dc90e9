package io.muster.ingest.intake;

import io.muster.ingest.intake.Outcome.Refused.Shortage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * Writes a batch whatever happens. A batch is never given up: what the database refuses for its
 * data is found by halving and put into the dead letters, everything else is tried again until it
 * passes. But one message must not hold up a lane for ever: what fails again and again is halved as
 * well, and a message that fails alone, other than because the database is away, becomes a dead
 * letter in the end. Confined to the lane's thread.
 */
final class SureWriter {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.intake");

  /**
   * A missing partition is made and the batch written again; more often than this it is not that.
   */
  private static final int PARTITION_ATTEMPTS = 3;

  private final Vertx vertx;
  private final IntakeSettings settings;
  private final LaneConnection connection;
  private final Dictionaries dictionaries;
  private final BatchWriter writer;
  private final Interpreter interpreter;
  private final LaneListener listener;
  private final BiConsumer<Entry, Outcome> finished;
  private final Runnable onAway;
  private volatile long lastSignOfLife = System.nanoTime();

  /**
   * @param finished hears what became of each entry
   * @param onAway told each time the database turns out to be away
   */
  SureWriter(
      Vertx vertx,
      IntakeSettings settings,
      LaneConnection connection,
      Dictionaries dictionaries,
      Interpreter interpreter,
      LaneListener listener,
      BiConsumer<Entry, Outcome> finished,
      Runnable onAway) {
    this.vertx = vertx;
    this.settings = settings;
    this.connection = connection;
    this.dictionaries = dictionaries;
    this.writer = new BatchWriter(dictionaries, settings.deadLetterBytes());
    this.interpreter = interpreter;
    this.listener = listener;
    this.finished = finished;
    this.onAway = onAway;
  }

  /** Writes until all are written or in the dead letters. */
  Future<Void> store(List<Entry> entries) {
    return attempt(entries, WriteFailures.NONE);
  }

  private Future<Void> attempt(List<Entry> entries, WriteFailures before) {
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
                entries.forEach(entry -> finished.accept(entry, entry.outcome()));
                return Future.succeededFuture();
              }
              commit.failed(written.cause());
              return afterFailure(entries, written.cause(), before);
            });
  }

  private Future<Void> afterFailure(List<Entry> entries, Throwable cause, WriteFailures before) {
    var kind = SqlFailure.of(cause);
    var failures = before.and(kind);
    if (!SqlFailure.leavesConnectionSound(cause)) {
      connection.giveUp(cause);
      onAway.run();
    }
    return switch (kind) {
      case DATA -> isolate(entries, cause);
      case MISSING_PARTITION -> {
        dictionaries.partitions().forget();
        yield failures.ofPartitions() <= PARTITION_ATTEMPTS
            ? attempt(entries, failures)
            : isolate(entries, cause);
      }
      case CONFLICT -> connection.pause().compose(waited -> attempt(entries, failures));
      case SLOW, FAULT, TRANSIENT ->
          connection.pause().compose(waited -> afterPause(entries, cause, failures));
    };
  }

  private Future<Void> afterPause(List<Entry> entries, Throwable cause, WriteFailures failures) {
    if (entries.size() > 1 && failures.areTooManyTogether()) {
      return halves(entries, failures.ofHalves());
    }
    if (entries.size() == 1
        && failures.areTooManyAlone(SqlFailure.of(cause))
        && canBeDeadLetter(entries.getFirst())) {
      return refuse(entries.getFirst(), cause);
    }
    return attempt(entries, failures);
  }

  /** Halves the batch until what the database refuses is alone. */
  private Future<Void> isolate(List<Entry> entries, Throwable cause) {
    return entries.size() > 1
        ? halves(entries, WriteFailures.NONE)
        : refuse(entries.getFirst(), cause);
  }

  private Future<Void> halves(List<Entry> entries, WriteFailures failures) {
    var middle = entries.size() / 2;
    var first = List.copyOf(entries.subList(0, middle));
    var second = List.copyOf(entries.subList(middle, entries.size()));
    return attempt(first, failures).compose(done -> attempt(second, failures));
  }

  private static boolean canBeDeadLetter(Entry entry) {
    return entry.publication() != null && !(entry.content() instanceof Content.Refused);
  }

  private Future<Void> refuse(Entry culprit, Throwable cause) {
    var isOfData = SqlFailure.of(cause) == SqlFailure.DATA;
    if (!canBeDeadLetter(culprit)) {
      // Neither a dead letter nor a message of our own can hold what PostgreSQL does not take.
      LOG.errorf(
          cause, "The database refuses an entry of %s for its data; it is lost", culprit.source());
      listener.lost(culprit);
      finished.accept(culprit, Outcome.deadLettered(DeadLetterReason.REFUSED_BY_DATABASE));
      return Future.succeededFuture();
    }
    LOG.warnf("A message of %s cannot be written: %s", culprit.source(), cause);
    culprit.content(
        interpreter.refused(
            culprit.publication(),
            culprit.id(),
            DeadLetterReason.REFUSED_BY_DATABASE,
            isOfData
                ? "the database refuses it for its data"
                : "it failed again and again to be written"));
    // What may be our fault is kept even of a device in quarantine.
    if (isOfData && !listener.admitsDeadLetter(culprit)) {
      finished.accept(culprit, Outcome.refused(Shortage.QUARANTINED));
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
            late -> result.tryFail(new TimeoutException("the database does not answer")));
    Future.succeededFuture(entries) // so that what it throws is a failure as any other
        .compose(batch -> writer.write(open, batch))
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

  /** When something last happened, in {@link System#nanoTime}. On any thread. */
  long lastSignOfLife() {
    return Math.max(lastSignOfLife, connection.lastSignOfLife());
  }
}
