package io.muster.registry.types;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How many device types. */
@ConfigMapping(prefix = "muster.registry.device-types")
interface DeviceTypeLimits {

  /** How many a tenant may have. */
  @WithDefault("1000")
  @Min(1) @Max(100_000) int maxPerTenant();
}
