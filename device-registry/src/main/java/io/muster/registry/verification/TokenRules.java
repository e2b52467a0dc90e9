package io.muster.registry.verification;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** What a device's token must keep to. */
@ConfigMapping(prefix = "muster.registry.device-tokens")
interface TokenRules {

  /** Its audience. */
  @WithDefault("muster-mqtt")
  String audience();

  /**
   * How long it may live, from {@code iat} (or now, when it has none) to {@code exp}. A device that
   * lost control of a token gets it back by that time.
   */
  @WithDefault("24H")
  Duration maxLifetime();

  /** How far a device's clock may be off, either way. */
  @WithDefault("60S")
  Duration clockSkew();

  /** How long its text may be. */
  @WithDefault("8192")
  @Min(256) @Max(65536) int maxCharacters();
}
