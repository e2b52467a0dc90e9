package io.muster.ingest.uplink;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when the uplink does nothing at all any more. A hub or a database that is away is not
 * that; then it tries again and again.
 */
@Liveness
class UplinkLiveness implements HealthCheck {
  private final Uplink uplink;
  private final UplinkConfig config;

  UplinkLiveness(Uplink uplink, UplinkConfig config) {
    this.uplink = uplink;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var silence = uplink.silence();
    return HealthCheckResponse.named("uplink")
        .status(silence.compareTo(config.stuckAfter()) < 0)
        .withData("silentSeconds", silence.toSeconds())
        .build();
  }
}
