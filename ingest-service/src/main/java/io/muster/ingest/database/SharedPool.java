package io.muster.ingest.database;

import io.muster.rest.database.BoundedPool;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Opens the pool that the service shares with limits of time on both sides: a database or a network
 * that falls silent without closing its sockets must not hold the pool's connections.
 */
@Singleton
public final class SharedPool implements PgPoolCreator {
  private final SharedPoolConfig config;

  SharedPool(SharedPoolConfig config) {
    this.config = config;
  }

  @Override
  public Pool create(Input input) {
    var options = input.pgConnectOptionsList();
    options.forEach(one -> limit(one, config));
    return PgBuilder.pool()
        .with(input.poolOptions())
        .connectingTo(List.<SqlConnectOptions>copyOf(options))
        .using(input.vertx())
        .build();
  }

  /** The server's own limits let go of the locks of a client that has vanished. */
  static PgConnectOptions limit(PgConnectOptions options, SharedPoolConfig config) {
    BoundedPool.limit(options, config.statementTimeout(), config.connectTimeout());
    options.setTcpUserTimeout((int) config.unacknowledged().toMillis());
    return options;
  }
}
