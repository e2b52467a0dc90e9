package io.muster.registry.tenants;

import io.smallrye.mutiny.Uni;

/** What belongs to a tenant and goes with it. Each kind of content has a bean of this type. */
public interface TenantContent {

  /** Tells the others of its end, in the transaction that removes the tenant. */
  Uni<Void> announceRemoval(TenantEntity tenant);
}
