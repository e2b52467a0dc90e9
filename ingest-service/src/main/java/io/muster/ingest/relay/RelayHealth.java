package io.muster.ingest.relay;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Says how the relay is doing, and is always up: with the broker away devices are served as ever
 * and the outbox waits, so that no replica is to be taken out of service for it.
 */
@Readiness
@ApplicationScoped
class RelayHealth implements HealthCheck {
  private final Relay relay;

  RelayHealth(Relay relay) {
    this.relay = relay;
  }

  @Override
  public HealthCheckResponse call() {
    var status = relay.status();
    var response =
        HealthCheckResponse.named("relay")
            .up()
            .withData("publisher", status.publisher())
            .withData("waiting", status.waiting());
    status.lastFailure().ifPresent(reason -> response.withData("failure", reason));
    status.failingSince().ifPresent(since -> response.withData("since", since.toString()));
    return response.build();
  }
}
