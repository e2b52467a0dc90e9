package io.muster.firmware.signing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** What tenants sign with. */
@ConfigMapping(prefix = "muster.firmware.signing")
interface SigningConfig {

  /** How many keys a tenant may have; a manifest may have as many signatures of each file. */
  @WithDefault("50")
  @Min(1) @Max(500) int keysPerTenant();
}
