package io.muster.firmware.distributions;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;

/** How much a tenant may make of its artifacts. */
@ConfigMapping(prefix = "muster.firmware.distributions")
public interface DistributionConfig {

  /** How many software modules it may have. */
  @WithDefault("10000")
  @Min(1) int modulesPerTenant();

  /** How many distributions it may have. */
  @WithDefault("10000")
  @Min(1) int perTenant();
}
