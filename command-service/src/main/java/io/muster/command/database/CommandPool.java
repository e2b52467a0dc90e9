package io.muster.command.database;

import io.muster.rest.database.BoundedPool;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;

/** Opens the service's pool with limits of time. */
@Singleton
public final class CommandPool implements PgPoolCreator {
  private final PoolConfig config;

  CommandPool(PoolConfig config) {
    this.config = config;
  }

  @Override
  public Pool create(Input input) {
    return BoundedPool.open(
        input.pgConnectOptionsList(), input.poolOptions(), input.vertx(), config);
  }
}
