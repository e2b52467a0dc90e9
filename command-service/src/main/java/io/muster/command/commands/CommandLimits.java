package io.muster.command.commands;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a command may be like, and how many there may be. */
@ConfigMapping(prefix = "muster.command.limits")
public interface CommandLimits {

  /** How long a payload may be, as the device gets it. */
  @WithDefault("32768")
  @Min(0) @Max(131_072) int payloadBytes();

  /** Commands of one device that have not ended. */
  @WithDefault("100")
  @Min(1) @Max(10_000) int openPerDevice();

  /**
   * Commands of one tenant that have not ended. Counted at most a second ago while there is room,
   * so that many at a time can go a little over it.
   */
  @WithDefault("100000")
  @Min(1) int openPerTenant();

  /** For how long a command may be sent, when nothing is said. */
  @WithDefault("1D")
  @DurationMin(seconds = 1)
  Duration defaultTimeToLive();

  /** The longest that somebody may ask for. */
  @WithDefault("30D")
  @DurationMin(seconds = 1)
  Duration maxTimeToLive();

  /** How long a device may be silent, when nothing is said. */
  @WithDefault("1M")
  @DurationMin(millis = 100)
  Duration defaultResponseTimeout();

  /** The longest that somebody may ask for. */
  @WithDefault("7D")
  @DurationMin(seconds = 1)
  Duration maxResponseTimeout();

  /** Retries when no answer came. */
  @WithDefault("100")
  @Min(0) @Max(1_000) int maxRetries();

  /** How long an Idempotency-Key is remembered. */
  @WithDefault("1D")
  @DurationMin(seconds = 1)
  Duration idempotencyKept();

  /** The longest that a request may wait for an answer. */
  @WithDefault("60s")
  @DurationMin(seconds = 1)
  Duration maxWait();
}
