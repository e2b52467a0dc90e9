package io.muster.registry.devices;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How many tags a device may have, and how long. */
@ConfigMapping(prefix = "muster.registry.tags")
interface TagLimits {

  /** How many. */
  @WithDefault("64")
  @Min(0) @Max(1024) int maxCount();

  /** How long each may be, in characters. */
  @WithDefault("64")
  @Min(1) @Max(256) int maxCharacters();
}
