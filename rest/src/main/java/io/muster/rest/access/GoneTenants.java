package io.muster.rest.access;

import io.muster.contract.id.TenantId;

/**
 * The tenants that a service knows to be deleted. A bean of this type closes every path of theirs:
 * who asks hears that there is no such tenant, whatever is still there of it.
 */
@FunctionalInterface
public interface GoneTenants {

  /** Whether it is one. Must not block. */
  boolean isGone(TenantId tenant);
}
