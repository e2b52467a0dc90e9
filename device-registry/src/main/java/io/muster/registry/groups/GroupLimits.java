package io.muster.registry.groups;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How many groups, and how large. */
@ConfigMapping(prefix = "muster.registry.groups")
interface GroupLimits {

  /** How many a tenant may have, static and dynamic ones together. */
  @WithDefault("1000")
  @Min(1) @Max(100_000) int maxPerTenant();

  /** How many members a static one may have; a dynamic one has whoever fits. */
  @WithDefault("100000")
  @Min(1) @Max(10_000_000) int maxMembers();
}
