package io.muster.rest.client;

import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/** How a service asks another one, and how long it waits for it. */
public interface NeighbourConfig {
  /** Whom to trust when its address is https; the system's authorities when absent. */
  Optional<Path> caFile();

  /** This service's token, written anew by somebody else before it ends. */
  Path serviceTokenFile();

  /** How long a TCP (and TLS) connection may take. */
  @WithDefault("3s")
  @DurationMin(millis = 100)
  Duration connectTimeout();

  /** For a whole answer. */
  @WithDefault("5s")
  @DurationMin(millis = 100)
  Duration requestTimeout();

  /** Requests to one of them at a time. */
  @WithDefault("16")
  @Min(1) @Max(256) int concurrentRequests();

  /** Requests that may wait for that; beyond it they fail. */
  @WithDefault("256")
  @Min(1) @Max(10_000) int waitingRequests();
}
