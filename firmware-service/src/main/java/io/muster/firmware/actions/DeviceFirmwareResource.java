package io.muster.firmware.actions;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/firmware}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/firmware")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
@RunOnVirtualThread
class DeviceFirmwareResource {
  private final DeviceActions actions;

  DeviceFirmwareResource(DeviceActions actions) {
    this.actions = actions;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Read how a device stands with its firmware",
      description = "What it has, what it is to get, what it says of itself, and when it asked.")
  public DeviceFirmwareView read(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return actions.firmware(new DeviceAddress(tenant, device));
  }
}
