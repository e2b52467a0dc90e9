package io.muster.registry.authorities;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** Bounds of tenants' certificate authorities. */
@ConfigMapping(prefix = "muster.registry.authorities")
interface AuthoritySettings {

  /** How many a tenant may have, those that were not proven among them. */
  @WithDefault("10")
  @Min(1) @Max(100) int maxPerTenant();

  /** How long somebody may take to show that he holds the key. */
  @WithDefault("24H")
  Duration codeHolds();
}
