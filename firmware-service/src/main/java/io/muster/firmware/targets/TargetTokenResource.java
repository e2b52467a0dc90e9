package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/target-tokens}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/target-tokens")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
@RunOnVirtualThread
class TargetTokenResource {
  private final TargetTokens tokens;
  private final Caller caller;

  TargetTokenResource(TargetTokens tokens, Caller caller) {
    this.tokens = tokens;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Make a target token",
      description =
          "32 hexadecimal digits that let the device in at hawkBit's device API, and nowhere else."
              + " Shown once. With token the device's own is taken over, as from hawkBit, and not"
              + " shown. Repeated with the same Idempotency-Key before its first use, another"
              + " one takes its place; after that it is 409.")
  public RestResponse<TargetTokenView> make(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey,
      @NotNull TargetTokenBody body) {
    return ResponseBuilder.create(
            RestResponse.Status.CREATED,
            tokens.make(
                new DeviceAddress(tenant, device),
                body,
                IdempotencyKey.read(idempotencyKey),
                Author.of(caller)))
        .header("Cache-Control", "no-store")
        .build();
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a device's target tokens", description = "Without their texts.")
  public Page<TargetTokenView> list(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return new Page<>(tokens.list(new DeviceAddress(tenant, device)), null);
  }

  @DELETE
  @Path("/{token}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Delete a target token", description = "It does not hold from then on.")
  public void delete(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("token") UUID token) {
    tokens.delete(new DeviceAddress(tenant, device), token, Author.of(caller));
  }
}
