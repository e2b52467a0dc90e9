package io.muster.command.database;

import io.muster.rest.tls.OwnCertificate;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Opens the service's pool with limits of time: whoever waits for a database that hangs gets an
 * answer, and the server lets go of the locks of a client that has vanished.
 */
@Singleton
public final class CommandPool implements PgPoolCreator {
  private final PoolConfig config;

  CommandPool(PoolConfig config) {
    this.config = config;
  }

  @Override
  public Pool create(Input input) {
    var statementMillis = Long.toString(config.statementTimeout().toMillis());
    for (var options : input.pgConnectOptionsList()) {
      options
          .addProperty("statement_timeout", statementMillis)
          .addProperty("idle_in_transaction_session_timeout", statementMillis)
          // Statements are parsed once and planned each time: one plan for all, made while a table
          // was empty or for arrays of any length, reads whole tables where one row is asked for.
          .addProperty("plan_cache_mode", "force_custom_plan")
          .setConnectTimeout((int) config.connectTimeout().toMillis())
          .setTcpKeepAlive(true);
      OwnCertificate.showToDatabase(options);
    }
    var pool =
        input
            .poolOptions()
            .setConnectionTimeout((int) config.acquisitionTimeout().toMillis())
            .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
    return PgBuilder.pool()
        .with(pool)
        .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
        .using(input.vertx())
        .build();
  }
}
