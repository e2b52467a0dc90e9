package io.muster.firmware.settings;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.versions.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
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

/** {@code /api/v1/tenants/{tenant}/firmware-settings}. */
@Path("/api/v1/tenants/{tenant}/firmware-settings")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Settings")
@RunOnVirtualThread
class SettingsResource {
  private final Settings settings;
  private final Caller caller;

  SettingsResource(Settings settings, Caller caller) {
    this.settings = settings;
    this.caller = caller;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read what a tenant demands of its updates")
  public RestResponse<SettingsView> read(@PathParam("tenant") TenantId tenant) {
    return answer(settings.read(tenant));
  }

  @PUT
  @RolesAllowed(Roles.ADMIN)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Say what a tenant demands of its updates",
      description = "For administrators: it decides whether artifacts need a signature.")
  public RestResponse<SettingsView> write(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid SettingsBody body) {
    return answer(settings.write(tenant, body, IfMatch.required(ifMatch), Author.of(caller)));
  }

  @POST
  @Path("/gateway-token")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Make a gateway token",
      description =
          "It speaks at hawkBit's device API for each device of the tenant, so whoever has it is"
              + " all of them; off until one is made. Replaces the one before. Shown once. Repeated"
              + " with the same Idempotency-Key before its first use, another one takes its place;"
              + " after that it is 409.")
  public RestResponse<GatewayTokenView> makeToken(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey) {
    return ResponseBuilder.create(
            RestResponse.Status.CREATED,
            new GatewayTokenView(
                settings.makeGatewayToken(
                    tenant, IdempotencyKey.read(idempotencyKey), Author.of(caller))))
        .header("Cache-Control", "no-store")
        .build();
  }

  @DELETE
  @Path("/gateway-token")
  @RolesAllowed(Roles.ADMIN)
  @Operation(summary = "Delete the gateway token")
  public void deleteToken(@PathParam("tenant") TenantId tenant) {
    settings.deleteGatewayToken(tenant, Author.of(caller));
  }

  /** A gateway token, this once. */
  @Schema(name = "GatewayToken")
  record GatewayTokenView(String token) {
    @Override
    public String toString() {
      return "GatewayTokenView[…]";
    }
  }

  private static RestResponse<SettingsView> answer(TenantSettings it) {
    return ResponseBuilder.ok(SettingsView.of(it))
        .header(HttpHeaders.ETAG, IfMatch.etag(it.version()))
        .build();
  }
}
