package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.ShadowName;
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

/**
 * {@code /api/v1/tenants/{tenant}/devices/{device}/shadow-history} and {@code
 * …/shadow-history/{name}}; not below {@code shadow}, where any name may stand.
 */
@Path("/api/v1/tenants/{tenant}/devices/{device}/shadow-history")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Shadows")
class ShadowHistoryResource {
  private final Shadows shadows;

  ShadowHistoryResource(Shadows shadows) {
    this.shadows = shadows;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List the last versions of a device's classic shadow",
      description = "The latest first, as many as are kept.")
  public Uni<Page<ShadowVersion>> list(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return list(tenant, device, ShadowName.CLASSIC);
  }

  @GET
  @Path("/{name}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List the last versions of a named shadow of a device",
      description = "The latest first, as many as are kept.")
  public Uni<Page<ShadowVersion>> list(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("name") ShadowName name) {
    return shadows
        .history(new DeviceAddress(tenant, device), name)
        .map(found -> new Page<>(found, null));
  }
}
