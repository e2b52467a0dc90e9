package io.muster.registry.events;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when the publisher of the events does nothing at all any more: nothing would be
 * numbered, and nobody would hear of a revocation. A broker or a database that is away is not that;
 * then it tries again and again.
 */
@Liveness
class PublisherLiveness implements HealthCheck {
  private final EventPublisher publisher;
  private final OutboxConfig config;

  PublisherLiveness(EventPublisher publisher, OutboxConfig config) {
    this.publisher = publisher;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var silence = publisher.silence();
    return HealthCheckResponse.named("events")
        .status(silence.compareTo(config.stuckAfter()) < 0)
        .withData("silentSeconds", silence.toSeconds())
        .build();
  }
}
