package io.muster.command.database;

import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;

/** The service's database: each use has a limit of time. Thread-safe. */
@ApplicationScoped
public class Database {
  private final TimedPool pool;

  Database(Pool pool, PoolConfig config) {
    this.pool = new TimedPool(pool, config.transactionTimeout());
  }

  /** Reads, or does one thing that needs no transaction. */
  public <T> Uni<T> use(Function<SqlConnection, Uni<T>> work) {
    return pool.use(work);
  }

  /** All or nothing. */
  public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
    return pool.inTransaction(work);
  }
}
