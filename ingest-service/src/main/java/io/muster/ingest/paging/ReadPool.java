package io.muster.ingest.paging;

import io.muster.ingest.intake.DatabaseConfig;
import io.muster.ingest.intake.IntakeConfig;
import io.muster.ingest.intake.LaneConnections;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Connections of their own for what people read: however much they ask for, the rest of the service
 * has its own, and as many pages as there are connections are in the making at once. A statement
 * that takes too long is given up by the server. Thread-safe.
 */
@ApplicationScoped
public class ReadPool {
  private static final String NAME = "muster-ingest-reads";
  private static final int IDLE_MINUTES = 10;

  /** All that the pool says of whoever waited too long. */
  private static final String WAITED_IN_VAIN = "Timeout";

  private final Pool pool;
  private final long pageBytes;

  @Inject
  ReadPool(Vertx vertx, DatabaseConfig database, IntakeConfig intake, ReadsConfig config) {
    this(
        PgBuilder.pool()
            .with(
                new PoolOptions()
                    .setName(NAME)
                    .setMaxSize(config.connections())
                    .setMaxWaitQueueSize(config.waiting())
                    .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setConnectionTimeout((int) config.patience().toMillis())
                    .setIdleTimeoutUnit(TimeUnit.MINUTES)
                    .setIdleTimeout(IDLE_MINUTES))
            .connectingTo(
                LaneConnections.options(
                        database, NAME, intake.connectTimeout(), config.statementTimeout())
                    .setTracingPolicy(TracingPolicy.PROPAGATE))
            .using(vertx)
            .build(),
        config.pageBytes());
  }

  /**
   * @param pageBytes about how many bytes of memory a page may take
   */
  public ReadPool(Pool pool, long pageBytes) {
    this.pool = pool;
    this.pageBytes = pageBytes;
  }

  public long pageBytes() {
    return pageBytes;
  }

  /**
   * Reads something, on one connection.
   *
   * @param reading need not close the connection
   */
  public <T> Uni<T> read(Function<SqlConnection, Future<T>> reading) {
    return Uni.createFrom()
        .deferred(
            () ->
                UniHelper.toUni(
                    pool.getConnection()
                        .recover(ReadPool::busyOrAway)
                        .compose(
                            connection ->
                                reading.apply(connection).onComplete(read -> connection.close()))));
  }

  private static Future<SqlConnection> busyOrAway(Throwable failure) {
    var busy =
        failure instanceof ConnectionPoolTooBusyException
            || WAITED_IN_VAIN.equals(failure.getMessage());
    return Future.failedFuture(
        busy
            ? new Refusal.Unavailable("As many reads as allowed are waiting").asException()
            : failure);
  }

  void stop(@Observes ShutdownEvent shutdown) {
    pool.close();
  }
}
