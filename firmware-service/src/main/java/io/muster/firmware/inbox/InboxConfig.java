package io.muster.firmware.inbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How the logs of ingest and registry are followed. */
@ConfigMapping(prefix = "muster.firmware.inbox")
interface InboxConfig {

  /** Whether this instance follows them at all. */
  @WithDefault("true")
  boolean enabled();

  /** The most events that are asked for and taken at a time. */
  @WithDefault("500")
  @Min(1) @Max(1_000) int pageSize();

  /** How late an event is seen whose wake-up was lost, and a turn that became free. */
  @WithDefault("500ms")
  @DurationMin(millis = 5)
  Duration pollInterval();

  /**
   * How late an instance sees that the registry withdrew a credential when the wake-up was lost.
   */
  @WithDefault("2s")
  @DurationMin(millis = 5)
  Duration withdrawalInterval();

  /** For one page and for taking it. */
  @WithDefault("10s")
  @DurationMin(millis = 100)
  Duration timeout();

  /** After which another instance goes on in place of one that fell silent. */
  @WithDefault("5s")
  @DurationMin(millis = 100)
  Duration turn();

  /** How long ids of events are kept; as long as the services keep their logs. */
  @WithDefault("7D")
  @DurationMin(seconds = 1)
  Duration rememberFor();

  /** How long a follower may show no sign of life before the service counts as stuck. */
  @WithDefault("3M")
  @DurationMin(seconds = 1)
  Duration stuckAfter();
}
