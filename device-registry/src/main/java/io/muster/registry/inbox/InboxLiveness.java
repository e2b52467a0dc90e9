package io.muster.registry.inbox;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when following a log does nothing at all any more. A service or the database being away
 * is not that; then it tries again and again.
 */
@Liveness
class InboxLiveness implements HealthCheck {
  private final Inbox inbox;
  private final InboxConfig config;

  InboxLiveness(Inbox inbox, InboxConfig config) {
    this.inbox = inbox;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var silence = inbox.silence();
    return HealthCheckResponse.named("inbox")
        .status(silence.compareTo(config.stuckAfter()) < 0)
        .withData("silentSeconds", silence.toSeconds())
        .build();
  }
}
