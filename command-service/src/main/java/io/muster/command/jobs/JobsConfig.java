package io.muster.command.jobs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a job may be like, and how this instance works on jobs. */
@ConfigMapping(prefix = "muster.command.jobs")
interface JobsConfig {

  /** Jobs of one tenant that have not ended. */
  @WithDefault("100")
  @Min(1) int openPerTenant();

  /** Devices that a job may list. */
  @WithDefault("10000")
  @Min(1) @Max(10_000) int listedDevices();

  /** Devices that a job may have; one that finds more is aborted. */
  @WithDefault("1000000")
  @Min(1) int devices();

  /** The longest that a maintenance window may be open. */
  @WithDefault("7D")
  @DurationMin(minutes = 1)
  Duration longestWindow();

  /** How far in the future a job may begin. */
  @WithDefault("366D")
  @DurationMin(seconds = 1)
  Duration latestStart();

  /** How late something is done whose time has come. */
  @WithDefault("200ms")
  @DurationMin(millis = 5)
  Duration interval();

  /** After which another instance goes on in place of one that fell silent. */
  @WithDefault("30s")
  @DurationMin(millis = 100)
  Duration lease();

  /** How many devices get their command in one transaction. */
  @WithDefault("1000")
  @Min(1) @Max(5_000) int batchDevices();

  /** How many devices are asked for at a time. */
  @WithDefault("1000")
  @Min(1) @Max(5_000) int pageDevices();

  /** How long after a change at the registry devices are looked for again. */
  @WithDefault("5s")
  @DurationMin(millis = 5)
  Duration lookAgainAfter();

  /**
   * How often a continuous job looks for devices without a change at the registry: nobody tells
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

  /** How long a job and its commands are kept after its end. */
  @WithDefault("30D")
  @DurationMin(seconds = 1)
  Duration keepFor();
}
