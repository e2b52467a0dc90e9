package io.muster.firmware.actions;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How much is kept of what devices say. */
@ConfigMapping(prefix = "muster.firmware.actions")
public interface ActionConfig {

  /** How many entries of an action's history are kept, the newest. */
  @WithDefault("100")
  @Min(1) @Max(10_000) int statusesPerAction();

  /** How many actions of a device are kept, the newest. */
  @WithDefault("100")
  @Min(2) @Max(10_000) int actionsPerDevice();

  /** How much feedback that ends nothing a device may send in a minute. */
  @WithDefault("120")
  @Min(1) int feedbackPerMinute();

  /** How long an Idempotency-Key stands for its action. */
  @WithDefault("24H")
  @DurationMin(seconds = 1)
  Duration idempotencyKept();

  /** How long a device's actions are kept after it was deleted. */
  @WithDefault("30D")
  @DurationMin(seconds = 1)
  Duration deletedKept();

  /** How often actions are looked for that are not kept any longer for that reason. */
  @WithDefault("1H")
  @DurationMin(seconds = 1)
  Duration forgetInterval();
}
