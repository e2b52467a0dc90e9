package io.muster.ingest.intake;

import io.muster.rest.tls.OwnCertificate;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.time.Duration;

/** How connections outside of the shared pool are opened. Stateless. */
public final class LaneConnections {
  private static final int PIPELINED = 64;

  private LaneConnections() {}

  /**
   * @param name for {@code pg_stat_activity} and metrics
   * @param statementTimeout after which the server gives a statement up
   */
  public static PgConnectOptions options(
      DatabaseConfig database, String name, Duration connectTimeout, Duration statementTimeout) {
    var options = PgConnectOptions.fromUri(database.url());
    options
        .setUser(database.user())
        .setPassword(database.password())
        .setCachePreparedStatements(true)
        // As Quarkus names the shared pool's: prefix of the metrics, then the label `clientName`.
        .setMetricsName("postgresql|" + name)
        .setPipeliningLimit(PIPELINED)
        .addProperty("application_name", name)
        .addProperty("statement_timeout", Long.toString(statementTimeout.toMillis()))
        .addProperty(
            "idle_in_transaction_session_timeout", Long.toString(statementTimeout.toMillis()))
        .setConnectTimeout((int) connectTimeout.toMillis())
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true)
        // A span for each statement of each batch would cost more than it says.
        .setTracingPolicy(TracingPolicy.IGNORE);
    protect(options, database);
    OwnCertificate.showToDatabase(options);
    return options;
  }

  /** As libpq has its modes, and as the shared pool is told in the environment. */
  private static void protect(PgConnectOptions options, DatabaseConfig database) {
    switch (options.getSslMode()) {
      case DISABLE -> {}
      case ALLOW, PREFER, REQUIRE -> options.setTrustAll(true);
      case VERIFY_CA, VERIFY_FULL -> {
        database
            .caFile()
            .ifPresent(
                file ->
                    options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        if (options.getSslMode() == SslMode.VERIFY_FULL) {
          options.setHostnameVerificationAlgorithm("HTTPS");
        }
      }
    }
  }
}
