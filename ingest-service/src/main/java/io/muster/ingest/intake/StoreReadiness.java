package io.muster.ingest.intake;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while the database is away; says why. */
@Readiness
class StoreReadiness implements HealthCheck {
  private final Lanes lanes;

  StoreReadiness(Lanes lanes) {
    this.lanes = lanes;
  }

  @Override
  public HealthCheckResponse call() {
    var reason = lanes.reason();
    var check = HealthCheckResponse.named("store").status(reason == null);
    return reason == null ? check.build() : check.withData("reason", reason).build();
  }
}
