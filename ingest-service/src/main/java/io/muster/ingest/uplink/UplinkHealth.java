package io.muster.ingest.uplink;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Says how far the hub is behind, and is always up: with the hub away devices are served as ever
 * and the log waits, so that no replica is to be taken out of service for it.
 */
@Readiness
@ApplicationScoped
class UplinkHealth implements HealthCheck {
  private final Uplink uplink;

  UplinkHealth(Uplink uplink) {
    this.uplink = uplink;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("uplink")
        .up()
        .withData("on", uplink.isOn())
        .withData("behindSeconds", uplink.behind().toSeconds())
        .build();
  }
}
