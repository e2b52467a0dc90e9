package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/shadows}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/shadows")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Shadows")
class ShadowListResource {
  private final Shadows shadows;

  ShadowListResource(Shadows shadows) {
    this.shadows = shadows;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List a device's shadows",
      description = "All of them, the classic one first: a device has few.")
  public Uni<Page<ShadowItem>> list(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return shadows.list(new DeviceAddress(tenant, device)).map(found -> new Page<>(found, null));
  }
}
