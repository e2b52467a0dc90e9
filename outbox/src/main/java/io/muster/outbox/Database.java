package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Waits for the database with a bound, on the virtual threads of this module. Failures come as
 * {@link DatabaseException}, whatever they were.
 */
final class Database {

  /** The database refused, is away or took too long. */
  static final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DatabaseException(Throwable cause) {
      super(cause instanceof TimeoutException ? "no answer in time" : cause.getMessage(), cause);
    }
  }

  private final Pool pool;
  private final TimedPool timed;
  private final Duration timeout;

  Database(Pool pool, Duration timeout) {
    this.pool = pool;
    this.timed = new TimedPool(pool, timeout);
    this.timeout = timeout;
  }

  TimedPool timed() {
    return timed;
  }

  /** For each statement. */
  Duration timeout() {
    return timeout;
  }

  <T> T await(Uni<T> answer) throws InterruptedException {
    return await(answer.subscribeAsCompletionStage(), timeout);
  }

  /** One statement or a few on a connection of the pool, which is cut when they take too long. */
  <T> T with(Function<SqlConnection, Uni<T>> work) throws InterruptedException {
    return await(timed.use(work).subscribeAsCompletionStage(), timeout.multipliedBy(2));
  }

  <T> T inTransaction(Function<SqlConnection, Uni<T>> work) throws InterruptedException {
    return await(timed.inTransaction(work).subscribeAsCompletionStage(), timeout.multipliedBy(2));
  }

  /** A connection of the pool, to be closed by the caller. */
  SqlConnection connect() throws InterruptedException {
    var connection = TimedPool.ask(pool);
    try {
      return await(connection.copy(), timeout);
    } catch (DatabaseException | InterruptedException late) {
      // It may still come; then nobody would give it back.
      connection.thenAccept(SqlConnection::closeAndForget);
      throw late;
    }
  }

  /** What has a limit of its own is given longer than that. */
  private static <T> T await(CompletableFuture<T> answer, Duration timeout)
      throws InterruptedException {
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException nobodyWaits) {
      answer.cancel(false);
      throw nobodyWaits;
    } catch (ExecutionException failed) {
      throw new DatabaseException(failed.getCause());
    } catch (TimeoutException late) {
      answer.cancel(false);
      throw new DatabaseException(late);
    }
  }
}
