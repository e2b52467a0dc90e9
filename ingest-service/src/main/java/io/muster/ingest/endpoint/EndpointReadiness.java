package io.muster.ingest.endpoint;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while devices may connect: listening, not draining, not full. One that listens nowhere by
 * its settings is ready for what else the service does.
 */
@Readiness
@Singleton
final class EndpointReadiness implements HealthCheck {
  private final DeviceEndpoint endpoint;

  EndpointReadiness(DeviceEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("device endpoint")
        .status((endpoint.isOff() || endpoint.isListening()) && !endpoint.isUnderPressure())
        .withData("listening", endpoint.isListening())
        .withData("memory", endpoint.isUnderPressure() ? "nearly full" : "enough")
        .build();
  }
}
