package io.muster.command.commands;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** Clients that follow a command by server-sent events, or wait for its end. */
@ConfigMapping(prefix = "muster.command.following")
interface FollowingConfig {

  /** How many there may be at this instance. */
  @WithDefault("1000")
  @Min(1) int clients();

  /** How many requests may wait at this instance; beyond it they are answered without. */
  @WithDefault("1000")
  @Min(0) int waitingRequests();

  /** After that much silence a comment keeps the connection alive. */
  @WithDefault("15s")
  @DurationMin(millis = 10)
  Duration keepAlive();

  /**
   * How late a step is seen whose signal was lost. Each client looks so often while nothing
   * happens, so with little of it those that wait can take all there is.
   */
  @WithDefault("5s")
  @DurationMin(millis = 10)
  Duration lookEvery();
}
