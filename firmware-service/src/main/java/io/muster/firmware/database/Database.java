package io.muster.firmware.database;

import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * The service's database for code that may wait: each use has a limit of time, and the work is done
 * on a virtual thread. Thread-safe; never to be called on an event loop.
 */
@ApplicationScoped
public class Database {
  private final TimedPool pool;
  private final Duration limit;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Database(Pool pool, PoolConfig config) {
    this.limit = config.transactionTimeout();
    this.pool = new TimedPool(pool, limit);
  }

  /** Reads, or does one thing that needs no transaction. */
  public <T> T use(Function<Sql, T> work) {
    return pool.use(connection -> run(connection, work)).await().indefinitely();
  }

  /** All or nothing: what the work throws is thrown here after everything was undone. */
  public <T> T inTransaction(Function<Sql, T> work) {
    return pool.inTransaction(connection -> run(connection, work)).await().indefinitely();
  }

  /** The same work in a transaction of somebody else. */
  public <T> Uni<T> run(SqlConnection connection, Function<Sql, T> work) {
    return Uni.createFrom()
        .item(() -> work.apply(new Sql(connection, limit)))
        .runSubscriptionOn(threads);
  }

  @PreDestroy
  void close() {
    threads.close();
  }
}
