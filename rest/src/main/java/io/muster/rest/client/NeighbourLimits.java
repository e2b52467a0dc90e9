package io.muster.rest.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How another service is asked, and how long it is waited for.
 *
 * @param caFile whom to trust when its address is https; the system's authorities when absent
 * @param connectTimeout for a connection, TLS included
 * @param requestTimeout for a connection to be had, and again for a whole answer
 * @param concurrentRequests requests at a time
 * @param waitingRequests requests that may wait for that; beyond it they fail
 */
public record NeighbourLimits(
    Optional<Path> caFile,
    Duration connectTimeout,
    Duration requestTimeout,
    int concurrentRequests,
    int waitingRequests) {

  static NeighbourLimits of(NeighbourConfig config) {
    return new NeighbourLimits(
        config.caFile(),
        config.connectTimeout(),
        config.requestTimeout(),
        config.concurrentRequests(),
        config.waitingRequests());
  }
}
