package io.muster.registry.devices;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How much a device's attributes may hold. */
@ConfigMapping(prefix = "muster.registry.attributes")
interface AttributeLimits {

  /** How many members each object, and elements each array, may have. */
  @WithDefault("64")
  @Min(1) @Max(1024) int maxMembers();

  /** How long a name may be, in characters. */
  @WithDefault("64")
  @Min(1) @Max(256) int maxNameCharacters();

  /** How deep they may be nested; a flat object has depth 1. */
  @WithDefault("5")
  @Min(1) @Max(32) int maxDepth();

  /** How long they may be altogether, as JSON in UTF-8. */
  @WithDefault("16384")
  @Min(2) @Max(65536) int maxBytes();
}
