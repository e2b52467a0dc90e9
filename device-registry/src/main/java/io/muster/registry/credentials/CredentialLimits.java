package io.muster.registry.credentials;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** Bounds of credentials. */
@ConfigMapping(prefix = "muster.registry.credentials")
interface CredentialLimits {

  /** How many a device may have; each check of a device reads all of them. */
  @WithDefault("10")
  @Min(1) @Max(100) int maxPerDevice();

  /** How long an {@code Idempotency-Key} is remembered. */
  @WithDefault("24H")
  Duration idempotencyKept();
}
