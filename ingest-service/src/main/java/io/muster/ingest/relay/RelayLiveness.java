package io.muster.ingest.relay;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when the outbox's publisher does nothing at all any more. A broker or a database that
 * is away is not that; then it tries again and again.
 */
@Liveness
class RelayLiveness implements HealthCheck {
  private final Relay relay;
  private final RelayConfig config;

  RelayLiveness(Relay relay, RelayConfig config) {
    this.relay = relay;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var silence = relay.silence();
    return HealthCheckResponse.named("relay-publisher")
        .status(silence.compareTo(config.stuckAfter()) < 0)
        .withData("silentSeconds", silence.toSeconds())
        .build();
  }
}
