package io.muster.firmware.database;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Not ready while the database is away; says why. In place of Quarkus' own check, which waits for
 * ever for a database that keeps its connections open and does not answer.
 */
@Readiness
class DatabaseReadiness implements AsyncHealthCheck {
  private final Pool pool;
  private final PoolConfig config;

  DatabaseReadiness(Pool pool, PoolConfig config) {
    this.pool = pool;
    this.config = config;
  }

  @Override
  public Uni<HealthCheckResponse> call() {
    var patience = config.readinessTimeout();
    return pool.query("SELECT 1")
        .execute()
        .ifNoItem()
        .after(patience)
        .failWith(
            () -> new IllegalStateException("no answer within " + patience.toMillis() + " ms"))
        .map(rows -> HealthCheckResponse.named("database").up().build())
        .onFailure()
        .recoverWithItem(
            failure ->
                HealthCheckResponse.named("database")
                    .down()
                    .withData("reason", String.valueOf(failure.getMessage()))
                    .build());
  }
}
