package io.muster.ingest.access;

import io.muster.contract.registry.DeletedTenants;
import io.smallrye.mutiny.Uni;

/** Who knows which tenants were deleted. Thread-safe. */
public interface DeletedTenantsSource {

  /**
   * A page of them, none after the last.
   *
   * @return fails when there is no answer that can be believed
   */
  Uni<DeletedTenants> deletedTenants(long after, int limit);
}
