package io.muster.registry.tenants;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** The limits of a tenant that names none of its own. They are read at each use. */
@ConfigMapping(prefix = "muster.registry.tenant-defaults")
public interface TenantDefaults {

  /** How many devices a tenant may have. */
  @WithDefault("1000000")
  @Min(0) int devices();

  /**
   * How many messages a device may send in a second, averaged. Generous: a gateway, or a device
   * that replays what it kept while it was offline, sends thousands.
   */
  @WithDefault("20000")
  @Min(1) int messagesPerSecond();

  /** The largest payload that is kept, in bytes. */
  @WithDefault("262144")
  @Min(1) @Max(TenantLimits.MAX_PAYLOAD_BYTES) int payloadBytes();
}
