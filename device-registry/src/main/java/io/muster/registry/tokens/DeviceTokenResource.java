package io.muster.registry.tokens;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.rest.access.Roles;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/token}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/token")
@Tag(name = "Device tokens")
@Cancellable(false)
class DeviceTokenResource {
  private final TokenIssuer issuer;
  private final Devices devices;
  private final Changes changes;

  DeviceTokenResource(TokenIssuer issuer, Devices devices, Changes changes) {
    this.issuer = issuer;
    this.devices = devices;
    this.changes = changes;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Get a short-lived token for a device",
      description =
          "It holds until its end, unless the device is disabled or deleted before. It is in this"
              + " answer and nowhere else.")
  public Uni<RestResponse<DeviceToken>> issue(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      TokenRequest body) {
    var address = new DeviceAddress(tenant, device);
    var request = body == null ? TokenRequest.USUAL : body;
    return changes
        .audited(
            _ -> AuditEntry.ofDevice("device-token-issued", address, "/token"),
            () ->
                devices
                    .require(address)
                    .chain(
                        () -> issuer.issue(TokenIssuer.By.OPERATOR, address, request, null, null)))
        .map(TokenAnswers::once);
  }
}
