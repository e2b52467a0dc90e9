package io.muster.firmware.inbox;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when a log is not followed at all any more: a deleted device would stay. A neighbour or
 * a database that is away is not that; then it tries again and again.
 */
@Liveness
class FollowersLiveness implements HealthCheck {
  private final Followers followers;
  private final InboxConfig config;

  FollowersLiveness(Followers followers, InboxConfig config) {
    this.followers = followers;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var silence = followers.silence();
    return HealthCheckResponse.named("followers")
        .status(silence.compareTo(config.stuckAfter()) < 0)
        .withData("silentSeconds", silence.toSeconds())
        .build();
  }
}
