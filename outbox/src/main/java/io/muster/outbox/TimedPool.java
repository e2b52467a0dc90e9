package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * A pool of connections whose work has a limit of time, from asking for a connection to the last
 * answer. Without one a database that falls silent, without closing its sockets, would hold each
 * connection and whoever waits for it until the operating system gives up, in a quarter of an hour.
 * Thread-safe.
 */
public final class TimedPool {
  private final Pool pool;
  private final Duration limit;

  public TimedPool(Pool pool, Duration limit) {
    this.pool = pool;
    this.limit = limit;
  }

  /** The same pool with another limit. */
  public TimedPool within(Duration otherLimit) {
    return new TimedPool(pool, otherLimit);
  }

  /**
   * Works on a connection.
   *
   * @return fails with {@link TimeoutException} when the limit has passed: the connection is cut
   *     then, and nobody knows whether the database did what it was last told
   */
  public <T> Uni<T> use(Function<SqlConnection, Uni<T>> work) {
    return Uni.createFrom().deferred(() -> new Loan().lend(work));
  }

  /** The same in a transaction, which is rolled back when the work fails. */
  public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
    return use(
        connection -> connection.begin().flatMap(begun -> finish(begun, work.apply(connection))));
  }

  /**
   * A connection that is asked for without a way back: one which came after its asking was
   * cancelled would be lost to the pool.
   */
  static CompletableFuture<SqlConnection> ask(Pool pool) {
    var asked = new CompletableFuture<SqlConnection>();
    pool.getConnection().subscribe().with(asked::complete, asked::completeExceptionally);
    return asked;
  }

  private static <T> Uni<T> finish(Transaction transaction, Uni<T> work) {
    return work.onItemOrFailure()
        .transformToUni(
            (item, failure) ->
                failure == null
                    ? transaction.commit().map(committed -> item)
                    : transaction
                        .rollback()
                        .onFailure()
                        .recoverWithNull()
                        .flatMap(undone -> Uni.createFrom().failure(failure)));
  }

  /** One connection's way from the pool and back. */
  private final class Loan {
    private enum State {
      ASKED,
      LENT,
      OVER
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.ASKED);
    private volatile SqlConnection connection;

    <T> Uni<T> lend(Function<SqlConnection, Uni<T>> work) {
      var asked = ask(pool);
      return Uni.createFrom()
          .completionStage(asked.minimalCompletionStage())
          .flatMap(lent -> begin(lent, work))
          .ifNoItem()
          .after(limit)
          .failWith(() -> new TimeoutException("no answer of the database in time"))
          .onTermination()
          .invoke(() -> end(asked));
    }

    private <T> Uni<T> begin(SqlConnection lent, Function<SqlConnection, Uni<T>> work) {
      connection = lent;
      if (!state.compareAndSet(State.ASKED, State.LENT)) {
        return Uni.createFrom().failure(new TimeoutException("the connection came too late"));
      }
      // Not `eventually`, which gives back also what was cancelled and so is still at work.
      return Uni.createFrom()
          .deferred(() -> work.apply(lent))
          .onItemOrFailure()
          .call((item, failure) -> giveBack(lent));
    }

    private Uni<Void> giveBack(SqlConnection lent) {
      return state.compareAndSet(State.LENT, State.OVER)
          ? lent.close().onFailure().recoverWithNull()
          : Uni.createFrom().voidItem();
    }

    /** After the work nothing is left to do; else the time is up or nobody waits any more. */
    private void end(CompletableFuture<SqlConnection> asked) {
      switch (state.getAndSet(State.OVER)) {
        case ASKED -> asked.thenAccept(SqlConnection::closeAndForget);
        case LENT -> SilentConnection.cut(connection);
        case OVER -> {}
      }
    }
  }
}
