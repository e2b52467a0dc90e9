package io.muster.ingest.removal;

import io.muster.rest.removal.TenantRemovalConfig;
import io.smallrye.config.ConfigMapping;

/** How what is kept of deleted tenants is removed. */
@ConfigMapping(prefix = "muster.ingest.removal")
interface RemovalConfig extends TenantRemovalConfig {}
