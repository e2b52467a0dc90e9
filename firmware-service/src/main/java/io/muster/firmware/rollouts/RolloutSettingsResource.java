package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.versions.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/rollout-settings}. */
@Path("/api/v1/tenants/{tenant}/rollout-settings")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Settings")
@RunOnVirtualThread
class RolloutSettingsResource {
  private final RolloutSettings settings;
  private final Caller caller;

  RolloutSettingsResource(RolloutSettings settings, Caller caller) {
    this.settings = settings;
    this.caller = caller;
  }

  /** What a tenant is to demand. */
  @Schema(name = "RolloutSettingsInput")
  record SettingsBody(
      @NotNull @Schema(
              description =
                  "Whether somebody else has to approve each rollout, and only admins may give"
                      + " something to a single device")
          Boolean approvalRequired) {}

  /** What a tenant demands. */
  @Schema(name = "RolloutSettings")
  record SettingsView(boolean approvalRequired, long version) {}

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read what a tenant demands of its rollouts")
  public RestResponse<SettingsView> read(@PathParam("tenant") TenantId tenant) {
    return answer(settings.read(tenant));
  }

  @PUT
  @RolesAllowed(Roles.ADMIN)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Say what a tenant demands of its rollouts",
      description =
          "Holds for rollouts that are made from then on, and for single devices at once.")
  public RestResponse<SettingsView> write(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid SettingsBody body) {
    return answer(
        settings.write(
            tenant, body.approvalRequired(), IfMatch.required(ifMatch), Author.of(caller)));
  }

  private static RestResponse<SettingsView> answer(RolloutSettings.Setting it) {
    return ResponseBuilder.ok(new SettingsView(it.approvalRequired(), it.version()))
        .header(HttpHeaders.ETAG, IfMatch.etag(it.version()))
        .build();
  }
}
