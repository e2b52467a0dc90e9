package io.muster.ingest.access;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Not alive when nobody follows the registry's log any more: revocations would never be seen. A
 * registry that is away is not that; then the follower tries again and again.
 */
@Liveness
class RegistryLogLiveness implements HealthCheck {
  private final RegistryAccess access;
  private final AccessConfig config;

  RegistryLogLiveness(RegistryAccess access, AccessConfig config) {
    this.access = access;
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    var silence = access.silence();
    return HealthCheckResponse.named("registry-log")
        .status(silence.compareTo(config.stuckAfter()) < 0)
        .withData("silentSeconds", silence.toSeconds())
        .build();
  }
}
