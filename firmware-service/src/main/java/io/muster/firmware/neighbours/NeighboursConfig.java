package io.muster.firmware.neighbours;

import io.muster.rest.client.NeighbourConfig;
import io.smallrye.config.ConfigMapping;
import java.net.URI;

/** Where the services are that this one asks, and how long it waits for them. */
@ConfigMapping(prefix = "muster.firmware.neighbours")
interface NeighboursConfig extends NeighbourConfig {
  /** Where {@code device-registry} is, {@code http} or {@code https}. */
  URI registryUrl();

  /** Where {@code ingest-service} is. */
  URI ingestUrl();
}
