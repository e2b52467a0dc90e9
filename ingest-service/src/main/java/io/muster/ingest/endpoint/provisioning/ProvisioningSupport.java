package io.muster.ingest.endpoint.provisioning;

import io.muster.ingest.access.ProvisioningAccess;
import io.muster.ingest.endpoint.ProvisioningConfig;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.observe.EndpointMetrics;

/** What the connections of devices that are nobody yet share. */
public record ProvisioningSupport(
    ProvisioningAccess access,
    Newcomers newcomers,
    ByteBudget budget,
    EndpointMetrics metrics,
    ProvisioningMetrics outcomes,
    ProvisioningConfig config) {}
