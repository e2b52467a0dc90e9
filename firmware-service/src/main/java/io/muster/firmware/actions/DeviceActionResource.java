package io.muster.firmware.actions;

import io.muster.contract.event.InstalledEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.firmware.paging.KeyCursor;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/firmware-actions}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/firmware-actions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
@RunOnVirtualThread
class DeviceActionResource {
  private final DeviceActions actions;
  private final Caller caller;

  DeviceActionResource(DeviceActions actions, Caller caller) {
    this.actions = actions;
    this.caller = caller;
  }

  /**
   * What a device is to get.
   *
   * @param forced whether it may not put it off; null: true
   */
  @Schema(name = "FirmwareActionInput")
  record ActionBody(@NotNull UUID distribution, Boolean forced) {}

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Give a device a distribution",
      description =
          "What it was to get before is cancelled. Repeated with the same Idempotency-Key nothing"
              + " happens again. For admins alone where the tenant demands that somebody else"
              + " approves rollouts.")
  public RestResponse<ActionView> start(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey,
      @NotNull @Valid ActionBody body) {
    return ResponseBuilder.create(
            RestResponse.Status.CREATED,
            ActionView.of(
                actions.start(
                    new DeviceAddress(tenant, device),
                    new Assignments.Wish(
                        body.distribution(),
                        !Boolean.FALSE.equals(body.forced()),
                        IdempotencyKey.read(idempotencyKey),
                        caller.isAdmin()),
                    Author.of(caller))))
        .build();
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List a device's firmware actions",
      description = "The newest first, without their histories.")
  public Page<ActionView> list(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var found = actions.list(new DeviceAddress(tenant, device), KeyCursor.read(cursor), limit + 1);
    return Page.of(found, limit, it -> KeyCursor.text(it.action().number()), ActionView::of);
  }

  @GET
  @Path("/{action}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a firmware action, with its history", description = "Newest first.")
  public ActionView read(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("action") long action) {
    return ActionView.of(actions.read(new DeviceAddress(tenant, device), action));
  }

  @POST
  @Path("/{action}/cancel")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Cancel a firmware action",
      description =
          "At once when the device has not seen it; else it is asked to leave it. With force it"
              + " ends at once all the same, and what the device says of it later is refused.")
  public ActionView cancel(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("action") long action,
      @QueryParam("force") @DefaultValue("false") boolean force) {
    return ActionView.of(
        actions.cancel(new DeviceAddress(tenant, device), action, force, Author.of(caller)));
  }

  @POST
  @Path("/{action}/confirm")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Confirm a firmware action in the device's place",
      description = "Where the tenant demands confirmations. One that is confirmed stays so.")
  public ActionView confirm(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("action") long action) {
    return ActionView.of(
        actions.confirm(new DeviceAddress(tenant, device), action, true, Author.of(caller)));
  }

  @POST
  @Path("/{action}/deny")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Decline a firmware action in the device's place",
      description = "It is noted in its history, and may still be confirmed; to end it, cancel it.")
  public ActionView deny(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("action") long action) {
    return ActionView.of(
        actions.confirm(new DeviceAddress(tenant, device), action, false, Author.of(caller)));
  }

  @GET
  @Path("/installed")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List what a device has installed")
  public Page<InstalledEvent.Module> installed(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return new Page<>(actions.installed(new DeviceAddress(tenant, device)), null);
  }
}
