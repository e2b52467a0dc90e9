package io.muster.firmware.outbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;

/** How this instance takes messages to the broker. */
@ConfigMapping(prefix = "muster.firmware.outbox")
interface OutboxConfig {

  /**
   * The instance's name, the same after a restart and no other instance's; the host's name when it
   * is not set.
   */
  Optional<String> replica();

  /** How many messages are on their way to the broker at a time, each to another device. */
  @WithDefault("256")
  @Min(1) @Max(1_000) int window();

  /** How long the broker may take with one message before it counts as away. */
  @WithDefault("30S")
  Duration publishTimeout();

  /** How late a message is seen whose wake-up was lost. */
  @WithDefault("200MS")
  Duration pollInterval();

  /** How long the log keeps what was published: the longest a consumer may be away. */
  @WithDefault("7D")
  Duration keepFor();

  /**
   * How long the publisher may show no sign of life before the service counts as stuck; several
   * times {@link #publishTimeout()}.
   */
  @WithDefault("3M")
  Duration stuckAfter();
}
