package io.muster.firmware.removal;

import io.muster.rest.removal.TenantRemovalConfig;
import io.smallrye.config.ConfigMapping;

/** How what is kept of deleted tenants is removed. */
@ConfigMapping(prefix = "muster.firmware.removal")
interface RemovalConfig extends TenantRemovalConfig {}
