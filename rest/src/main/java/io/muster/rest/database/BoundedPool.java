package io.muster.rest.database;

import io.muster.rest.tls.OwnCertificate;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A service's pool with limits of time: whoever waits for a database that hangs gets an answer, and
 * the server lets go of the locks of a client that has vanished.
 */
public final class BoundedPool {
  private BoundedPool() {}

  /**
   * @param servers of one database; their options are changed
   * @param options are changed
   */
  public static Pool open(
      List<PgConnectOptions> servers, PoolOptions options, Vertx vertx, PoolLimits limits) {
    for (var server : servers) {
      limit(server, limits.statementTimeout(), limits.connectTimeout());
    }
    options
        .setConnectionTimeout((int) limits.acquisitionTimeout().toMillis())
        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
    return PgBuilder.pool()
        .with(options)
        .connectingTo(List.<SqlConnectOptions>copyOf(servers))
        .using(vertx)
        .build();
  }

  /** Limits each connection, and has it show this service's certificate. */
  public static void limit(PgConnectOptions server, Duration statement, Duration connect) {
    var statementMillis = Long.toString(statement.toMillis());
    server
        .addProperty("statement_timeout", statementMillis)
        .addProperty("idle_in_transaction_session_timeout", statementMillis)
        // A transaction that was cut off here would hold its locks until the statement's limit.
        .addProperty("client_connection_check_interval", "1s")
        // Statements are parsed once and planned each time: a plan for all of them, made while a
        // table was empty or for arrays of any length, reads whole tables for a single row.
        .addProperty("plan_cache_mode", "force_custom_plan")
        .setConnectTimeout((int) connect.toMillis())
        .setTcpKeepAlive(true);
    OwnCertificate.showToDatabase(server);
  }
}
