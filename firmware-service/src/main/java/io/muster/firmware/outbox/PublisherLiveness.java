package io.muster.firmware.outbox;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when the publisher does nothing at all any more. A broker or a database that is away is
 * not that; then it tries again and again.
 */
@Liveness
class PublisherLiveness implements HealthCheck {
  private final FirmwarePublisher publisher;
  private final OutboxConfig config;

  PublisherLiveness(FirmwarePublisher publisher, OutboxConfig config) {
    this.publisher = publisher;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var silence = publisher.silence();
    return HealthCheckResponse.named("publisher")
        .status(silence.compareTo(config.stuckAfter()) < 0)
        .withData("silentSeconds", silence.toSeconds())
        .build();
  }
}
