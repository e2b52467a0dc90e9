package io.muster.registry.tenants;

import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.TenantStanding;
import io.muster.rest.access.Roles;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /internal/v1/tenants}: which tenants there are. */
@Path("/internal/v1/tenants")
@Tag(name = "Internal")
@RegisterForReflection(targets = {TenantStanding.class, DeviceLimits.class})
class TenantMirrorResource {
  private final TenantStandings tenants;

  TenantMirrorResource(TenantStandings tenants) {
    this.tenants = tenants;
  }

  @GET
  @RolesAllowed(Roles.SERVICE)
  @Produces("application/x-ndjson")
  @Operation(
      summary = "Stream all tenants, for a mirror",
      description =
          "One TenantStanding in each line, in the order of their ids, read page by page. Take the"
              + " position of the events before, and the events after it afterwards.")
  public Multi<TenantStanding> stream() {
    return tenants.stream();
  }
}
