package io.muster.firmware.rollouts;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a rollout may be like, and how this instance works on rollouts. */
@ConfigMapping(prefix = "muster.firmware.rollouts")
interface RolloutsConfig {
  /** Rollouts of one tenant that have not ended. */
  @WithDefault("100")
  @Min(1) int openPerTenant();

  /** Devices that a rollout may list. */
  @WithDefault("10000")
  @Min(1) @Max(10_000) int listedDevices();

  /** Devices that a rollout may have; one that finds more is cancelled. */
  @WithDefault("1000000")
  @Min(1) int devices();

  /** Groups that a rollout may have. */
  @WithDefault("50")
  @Min(1) @Max(500) int groups();

  /** Attempts that a device may have by itself. */
  @WithDefault("10")
  @Min(1) @Max(100) int attempts();

  /** The longest that a device may wait for another attempt. */
  @WithDefault("7D")
  @DurationMin(seconds = 1)
  Duration longestBackoff();

  /** The longest that a rollout may wait for a device that was given its update. */
  @WithDefault("366D")
  @DurationMin(seconds = 1)
  Duration longestUpdate();

  /** The longest that a maintenance window may be open. */
  @WithDefault("7D")
  @DurationMin(minutes = 1)
  Duration longestWindow();

  /** How far in the future a rollout may begin. */
  @WithDefault("366D")
  @DurationMin(seconds = 1)
  Duration latestStart();

  /**
   * How long a device that was given its update and has not looked counts as being at it: longer
   * than devices take to ask.
   */
  @WithDefault("10M")
  @DurationMin(seconds = 1)
  Duration slotFor();

  /** How long an update takes, as far as nobody knows better. */
  @WithDefault("10M")
  @DurationMin(seconds = 1)
  Duration assumedUpdate();

  /** How late something is done whose time has come. */
  @WithDefault("200ms")
  @DurationMin(millis = 5)
  Duration interval();

  /** After which another instance goes on in place of one that fell silent. */
  @WithDefault("30s")
  @DurationMin(millis = 100)
  Duration lease();

  /** How many devices get their update in one transaction. */
  @WithDefault("500")
  @Min(1) @Max(5_000) int batchDevices();

  /** How many devices are asked for at a time. */
  @WithDefault("1000")
  @Min(1) @Max(5_000) int pageDevices();

  /** How long after a change at the registry devices are looked for again. */
  @WithDefault("5s")
  @DurationMin(millis = 5)
  Duration lookAgainAfter();

  /**
   * How often a continuous rollout looks for devices without a change at the registry: nobody tells
   * when one comes to fit by what it says, as its presence, shadow or firmware. Through 100,000
   * devices it takes seconds of the registry's time.
   */
  @WithDefault("5M")
  @DurationMin(millis = 5)
  Duration lookAgainEvery();

  /** After which the registry is asked again when it gave no answer. */
  @WithDefault("5s")
  @DurationMin(millis = 5)
  Duration registryAgainAfter();

  /** After which a rollout is worked on again when that failed. */
  @WithDefault("2s")
  @DurationMin(millis = 5)
  Duration againAfter();

  /** How long an Idempotency-Key stands for its rollout. */
  @WithDefault("24H")
  @DurationMin(seconds = 1)
  Duration idempotencyKept();

  /** How long a rollout and its devices are kept after its end. */
  @WithDefault("90D")
  @DurationMin(seconds = 1)
  Duration keepFor();

  /** How many clients may follow rollouts at this instance. */
  @WithDefault("200")
  @Min(1) int followers();

  /** How often a rollout is looked at for those who follow it. */
  @WithDefault("1s")
  @DurationMin(millis = 10)
  Duration followEvery();

  /** After which who follows a rollout that does not change gets a sign of life. */
  @WithDefault("15s")
  @DurationMin(millis = 10)
  Duration keepAlive();
}
