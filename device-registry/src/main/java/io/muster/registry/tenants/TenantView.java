package io.muster.registry.tenants;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A tenant as it is shown.
 *
 * @param id its name
 * @param limits those that hold, the platform's defaults filled in
 * @param suspended whether its devices are kept out
 * @param devices how many it has
 * @param version grows by one with every change
 * @param createdAt when
 * @param updatedAt when it was last changed
 */
@Schema(name = "Tenant")
public record TenantView(
    String id,
    TenantLimits limits,
    boolean suspended,
    int devices,
    long version,
    Instant createdAt,
    Instant updatedAt) {}
