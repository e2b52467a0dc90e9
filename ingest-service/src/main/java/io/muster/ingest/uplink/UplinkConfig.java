package io.muster.ingest.uplink;

import io.muster.rest.client.NeighbourConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * At an edge: handing the log to the hub, whose services follow the hub's. The site's name is
 * {@code muster.relay.site}.
 */
@ConfigMapping(prefix = "muster.uplink")
public interface UplinkConfig extends NeighbourConfig {

  /** Where the hub's ingest-service is, {@code http} or {@code https}; not set: no uplink. */
  Optional<URI> url();

  /** The most entries that are handed over at a time. */
  @WithDefault("500")
  @Min(1) @Max(1_000) int batchEntries();

  /** About how many bytes are handed over at a time; an entry that is larger goes alone. */
  @WithDefault("1048576")
  @Min(1_024) @Max(4_194_304) int batchBytes();

  /** How late an entry is seen whose wake-up was lost. */
  @WithDefault("1s")
  @DurationMin(millis = 10)
  Duration pollInterval();

  /** What the pause between attempts grows to while the hub is away. */
  @WithDefault("30s")
  @DurationMin(millis = 10)
  Duration maxBackoff();

  /**
   * How long the uplink may show no sign of life before the service counts as stuck; several times
   * {@link #requestTimeout()}.
   */
  @WithDefault("10m")
  @DurationMin(seconds = 1)
  Duration stuckAfter();
}
