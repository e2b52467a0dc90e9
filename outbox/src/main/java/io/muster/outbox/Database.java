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
  private final Duration timeout;

  Database(Pool pool, Duration timeout) {
    this.pool = pool;
    this.timeout = timeout;
  }

  Pool pool() {
    return pool;
  }

  <T> T await(Uni<T> answer) throws InterruptedException {
    return await(answer.subscribeAsCompletionStage());
  }

  <T> T inTransaction(Function<SqlConnection, Uni<T>> work) throws InterruptedException {
    return await(pool.withTransaction(work));
  }

  /** A connection of the pool, to be closed by the caller. */
  SqlConnection connect() throws InterruptedException {
    var connection = pool.getConnection().subscribeAsCompletionStage();
    try {
      return await(connection);
    } catch (DatabaseException | InterruptedException late) {
      // It may still come; then nobody would give it back.
      connection.thenAccept(unused -> unused.closeAndForget());
      throw late;
    }
  }

  private <T> T await(CompletableFuture<T> answer) throws InterruptedException {
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new DatabaseException(failed.getCause());
    } catch (TimeoutException late) {
      throw new DatabaseException(late);
    }
  }
}
