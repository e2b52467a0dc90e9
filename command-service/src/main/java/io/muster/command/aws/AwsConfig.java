package io.muster.command.aws;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What devices may ask over AWS IoT's topics, and how they are told of their jobs. */
@ConfigMapping(prefix = "muster.command.aws")
interface AwsConfig {

  /** How long a request may be. */
  @WithDefault("32768")
  @Min(256) @Max(131_072) int requestBytes();

  /** How many requests of one device are served in a second, in the long run. */
  @WithDefault("20")
  @Min(1) int requestsPerSecond();

  /** How many may come at once. */
  @WithDefault("40")
  @Min(1) int requestBurst();

  /** How many executions a list holds at most; the first of them. */
  @WithDefault("15")
  @Min(1) @Max(1_000) int listed();

  /** How late a device is told of a change. */
  @WithDefault("100ms")
  @DurationMin(millis = 5)
  Duration interval();

  /** How many devices are told in one transaction. */
  @WithDefault("200")
  @Min(1) @Max(5_000) int batchDevices();

  /** After which a device is told again that has not acknowledged it; doubled each time. */
  @WithDefault("10s")
  @DurationMin(millis = 5)
  Duration tellAgainAfter();

  /** How often it is told again. */
  @WithDefault("5")
  @Min(0) @Max(20) int tellAgainTimes();

  /**
   * How long after a device subscribed to {@code command/…/req} in a session in which it did not
   * listen to jobs here, jobs are sent there as well.
   */
  @WithDefault("30s")
  @DurationMin(millis = 5)
  Duration turnAfter();
}
