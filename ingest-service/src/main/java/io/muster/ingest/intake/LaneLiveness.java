package io.muster.ingest.intake;

import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when a lane has work and does nothing at all. A database that is away is not that: then
 * the lane tries again and again.
 */
@Liveness
class LaneLiveness implements HealthCheck {
  private final Lanes lanes;
  private final IntakeConfig config;

  LaneLiveness(Lanes lanes, IntakeConfig config) {
    this.lanes = lanes;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var longest = lanes.all().stream().mapToLong(Lane::silentNanos).max().orElse(0);
    return HealthCheckResponse.named("lanes")
        .status(longest < config.stuckAfter().toNanos())
        .withData("silentSeconds", Duration.ofNanos(longest).toSeconds())
        .build();
  }
}
