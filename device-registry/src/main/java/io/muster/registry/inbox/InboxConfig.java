package io.muster.registry.inbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/** How the logs of other services are followed. */
// Public, since the validation of settings reads its groups from outside.
@ConfigMapping(prefix = "muster.registry.inbox")
public interface InboxConfig {

  /** Where ingest is, {@code http} or {@code https}; not set: its log is not followed. */
  Optional<URI> ingestUrl();

  /** How ingest's log is followed. */
  Following ingest();

  /** Where firmware-service is; not set: what devices have installed is not known. */
  Optional<URI> firmwareUrl();

  /** How the log of firmware-service is followed. */
  Following firmware();

  /** What is not the same for all services. */
  interface Following {

    /** What vouches for its certificate, PEM; not set: what vouches for any other. */
    Optional<Path> caFile();

    /** How often it is looked whether there are new events. */
    @WithDefault("200MS")
    @DurationMin(millis = 20)
    Duration pollInterval();
  }

  /** Holds this service's token, written anew before it ends. */
  Optional<Path> serviceTokenFile();

  /** How many events are taken in one transaction at most. */
  @WithDefault("500")
  @Min(1) @Max(1_000) int batch();

  /** For a page and for taking it. */
  @WithDefault("20S")
  @DurationMin(millis = 100)
  Duration timeout();

  /** What the pause between attempts grows to. */
  @WithDefault("5S")
  @DurationMin(millis = 100)
  Duration maxBackoff();

  /** After which another instance follows it in place of one that fell silent. */
  @WithDefault("5S")
  @DurationMin(millis = 300)
  Duration turn();

  /**
   * How long after ingest's log was lost, or ingest was away since, it is asked who is connected:
   * what it had told before then is in its table of sessions by that time.
   */
  @WithDefault("30S")
  @DurationMin(millis = 5)
  Duration retellAfter();

  /** How often a page of that is asked for, so that a large fleet is not written all at once. */
  @WithDefault("1S")
  @DurationMin(millis = 5)
  Duration retellInterval();

  /** Connections in such a page. */
  @WithDefault("500")
  @Min(1) @Max(1_000) int retellPage();

  /** Without a sign of life for so long, following counts as stuck (liveness). */
  @WithDefault("5M")
  @DurationMin(seconds = 1)
  Duration stuckAfter();
}
