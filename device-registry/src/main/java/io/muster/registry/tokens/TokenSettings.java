package io.muster.registry.tokens;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** The tokens that the registry gives to devices, and the keys that sign them. */
@ConfigMapping(prefix = "muster.registry.tokens")
interface TokenSettings {

  /** The claim {@code iss}: how others know this registry. */
  @WithDefault("muster-registry")
  String issuer();

  /** How long a token lives, when nothing else is asked for. */
  @WithDefault("1H")
  @DurationMin(minutes = 1)
  @DurationMax(hours = 24)
  Duration lifetime();

  /** The longest that may be asked for; a device's credentials are looked at that often. */
  @WithDefault("24H")
  @DurationMin(minutes = 1)
  @DurationMax(hours = 24)
  Duration maxLifetime();

  /** How many a device may get in a minute, at one instance. */
  @WithDefault("10")
  @Min(1) @Max(10_000) int perDeviceAndMinute();

  /** How long a key signs. */
  @WithDefault("30D")
  @DurationMin(hours = 1)
  Duration keyLifetime();

  /**
   * How long a key is published before it signs: whoever keeps the key set must ask for it again
   * within that time.
   */
  @WithDefault("1H")
  @DurationMin(seconds = 1)
  Duration keyAnnouncedFor();
}
