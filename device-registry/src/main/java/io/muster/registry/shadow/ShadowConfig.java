package io.muster.registry.shadow;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** Device shadows. The defaults are AWS IoT's limits where it has one. */
@ConfigMapping(prefix = "muster.registry.shadow")
interface ShadowConfig {

  /**
   * How long desired and reported state may be together, as compact JSON in UTF-8; metadata does
   * not count.
   */
  @WithDefault("8192")
  @Min(64) @Max(65_536) int maxBytes();

  /** How many levels desired and reported state may have each. */
  @WithDefault("8")
  @Min(1) @Max(32) int maxDepth();

  /** How many shadows a device may have, the classic one included. */
  @WithDefault("50")
  @Min(1) @Max(1_000) int maxPerDevice();

  /** How many versions of each shadow are kept, the present one included. */
  @WithDefault("20")
  @Min(1) @Max(1_000) int historyVersions();

  /** How long a deleted shadow's version is remembered for one of the same name to go on with. */
  @WithDefault("48H")
  @DurationMin(seconds = 1)
  Duration rememberDeletedFor();

  /** How many requests a second each device may make over MQTT in the long run; beyond it 429. */
  @WithDefault("20")
  @Min(1) @Max(10_000) int requestsPerSecond();

  /** How many it may make at once after a pause. */
  @WithDefault("40")
  @Min(1) @Max(100_000) int requestBurst();

  /** After which a delta is sent again that a connected device has not acknowledged; doubled. */
  @WithDefault("10S")
  @DurationMin(millis = 100)
  Duration resendAfter();

  /** How often it is sent again before the device's next subscription. */
  @WithDefault("5")
  @Min(0) @Max(100) int resendAttempts();

  /** How often it is looked what is to be sent again. */
  @WithDefault("2S")
  @DurationMin(millis = 50)
  Duration resendInterval();

  /** What a document is held against. */
  default ShadowRules rules() {
    return new ShadowRules(maxBytes(), maxDepth());
  }
}
