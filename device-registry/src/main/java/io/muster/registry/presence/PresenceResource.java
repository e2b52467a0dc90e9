package io.muster.registry.presence;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/presence}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/presence")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Presence")
class PresenceResource {
  private final Presences presences;

  PresenceResource(Presences presences) {
    this.presences = presences;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Whether a device is there, its connections, and when it came and went",
      description =
          "unknown is a device that was never heard of; offline one that was there. The last"
              + " changes are remembered, as many as the setting says.")
  public Uni<PresenceRepresentation> read(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return presences.read(new DeviceAddress(tenant, device));
  }
}
