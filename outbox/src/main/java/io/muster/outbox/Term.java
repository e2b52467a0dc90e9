package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/**
 * The time for which this instance is the publisher: as long as one connection holds the advisory
 * lock of its schema. Rows are numbered over that same connection, so that whoever has lost the
 * lock cannot number any more; PostgreSQL gives the lock up when the connection ends, however it
 * ends.
 */
final class Term implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Term.class);

  // Advisory locks and channels belong to the whole database, the outbox to one schema in it.
  private static final String LOCK =
      "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '.outbox', 0))";
  private static final String CHANNEL = "SELECT quote_ident(current_schema() || '.outbox')";
  static final String NOTIFY = "SELECT pg_notify(current_schema() || '.outbox', '')";

  /*
   * Committed rows, in the order of their insertion, get the numbers that follow. A row with a
   * smaller place may commit later; it then gets a later number, and no reader misses it.
   */
  private static final String NUMBER =
      """
      WITH fresh AS MATERIALIZED (
        SELECT place, row_number() OVER (ORDER BY place) AS nth
          FROM (SELECT place FROM outbox WHERE sequence IS NULL ORDER BY place LIMIT $1) AS first),
      counter AS (
        UPDATE outbox_counter
           SET last_sequence = last_sequence + (SELECT count(*) FROM fresh)
         WHERE EXISTS (SELECT FROM fresh)
        RETURNING last_sequence)
      UPDATE outbox
         SET sequence = counter.last_sequence - (SELECT count(*) FROM fresh) + fresh.nth
        FROM fresh, counter
       WHERE outbox.place = fresh.place AND outbox.sequence IS NULL\
      """;

  private static final Duration LONGEST_UNLOCK = Duration.ofSeconds(5);

  private final Database database;
  private final PgConnection connection;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean over;

  private Term(Database database, PgConnection connection) {
    this.database = database;
    this.connection = connection;
  }

  /**
   * Becomes the publisher unless another instance is.
   *
   * @param wakeUp called for each notification and when the term has ended
   */
  static Optional<Term> begin(Database database, Runnable wakeUp) throws InterruptedException {
    var connection = PgConnection.cast(database.connect());
    var term = new Term(database, connection);
    try {
      var locked = database.await(connection.query(LOCK).execute());
      if (!locked.iterator().next().getBoolean(0)) {
        connection.closeAndForget();
        return Optional.empty();
      }
      term.listen(wakeUp);
      return Optional.of(term);
    } catch (RuntimeException | InterruptedException failed) {
      // Without an answer nobody knows whether the lock is held.
      term.close();
      throw failed;
    }
  }

  private void listen(Runnable wakeUp) throws InterruptedException {
    connection.closeHandler(
        () -> {
          over = true;
          wakeUp.run();
        });
    connection.exceptionHandler(
        failure -> LOG.debugf("The publisher's connection failed: %s", failure.getMessage()));
    connection.notificationHandler(notification -> wakeUp.run());
    var channel =
        database.await(connection.query(CHANNEL).execute()).iterator().next().getString(0);
    database.await(connection.query("LISTEN " + channel).execute());
  }

  boolean isOver() {
    return over;
  }

  /**
   * Numbers what is committed so far.
   *
   * @return how many rows it was
   */
  int number(int limit) throws InterruptedException {
    return database.await(connection.preparedQuery(NUMBER).execute(Tuple.of(limit))).rowCount();
  }

  /** Gives the lock up, and the connection back to the pool without it; does not wait for it. */
  @Override
  public void close() {
    over = true;
    connection.notificationHandler(unused -> {});
    connection.closeHandler(() -> {});
    connection
        .query("UNLISTEN *")
        .execute()
        .flatMap(done -> connection.query("SELECT pg_advisory_unlock_all()").execute())
        .ifNoItem()
        .after(unlockTimeout())
        .fail()
        .onFailure()
        .call(this::terminate)
        .onFailure()
        .invoke(failure -> SilentConnection.cut(connection))
        .eventually(connection::close)
        .subscribe()
        .with(unlocked -> ended.complete(null), unreachable -> ended.complete(null));
  }

  private Duration unlockTimeout() {
    var timeout = database.timeout();
    return timeout.compareTo(LONGEST_UNLOCK) < 0 ? timeout : LONGEST_UNLOCK;
  }

  /** When another instance may begin its term. */
  Uni<Void> ended() {
    return Uni.createFrom().completionStage(ended);
  }

  /**
   * A connection that does not answer must not go back to the pool with the lock on it: its backend
   * is ended from another connection, as far as the database can be had, and its socket closed.
   */
  private Uni<?> terminate(Throwable failure) {
    LOG.debugf("The publisher's connection is ended: %s", failure.getMessage());
    return database
        .timed()
        .within(unlockTimeout())
        .use(
            db ->
                db.preparedQuery("SELECT pg_terminate_backend($1)")
                    .execute(Tuple.of(connection.processId())))
        .onFailure()
        .recoverWithNull();
  }
}
