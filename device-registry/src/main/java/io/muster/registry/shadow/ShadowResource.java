package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.ShadowName;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.json.MergePatch;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/**
 * {@code /api/v1/tenants/{tenant}/devices/{device}/shadow} and {@code …/shadow/{name}}: the
 * documents of AWS IoT's data plane.
 */
@Path("/api/v1/tenants/{tenant}/devices/{device}/shadow")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Shadows")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class ShadowResource {
  private static final String UPDATE =
      "{\"state\":{\"desired\":{…}},\"version\":7,\"clientToken\":\"…\"}: objects merge, null"
          + " removes, arrays are replaced; version and clientToken are optional, as is If-Match.";

  private final Shadows shadows;

  ShadowResource(Shadows shadows) {
    this.shadows = shadows;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a device's classic shadow", description = "With its delta.")
  public Uni<RestResponse<ObjectNode>> read(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return read(tenant, device, ShadowName.CLASSIC);
  }

  @GET
  @Path("/{name}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a named shadow of a device", description = "With its delta.")
  public Uni<RestResponse<ObjectNode>> read(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("name") ShadowName name) {
    return shadows.get(new DeviceAddress(tenant, device), name).map(ShadowResource::withVersion);
  }

  @PATCH
  @Consumes({MediaType.APPLICATION_JSON, MergePatch.MEDIA_TYPE})
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Update a device's classic shadow", description = UPDATE)
  public Uni<RestResponse<ObjectNode>> patch(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      byte[] body) {
    return update(tenant, device, ShadowName.CLASSIC, ifMatch, body);
  }

  @PATCH
  @Path("/{name}")
  @Consumes({MediaType.APPLICATION_JSON, MergePatch.MEDIA_TYPE})
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Update a named shadow of a device", description = UPDATE)
  public Uni<RestResponse<ObjectNode>> patch(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("name") ShadowName name,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      byte[] body) {
    return update(tenant, device, name, ifMatch, body);
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "The same as PATCH, as AWS IoT has it", description = UPDATE)
  public Uni<RestResponse<ObjectNode>> post(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      byte[] body) {
    return update(tenant, device, ShadowName.CLASSIC, ifMatch, body);
  }

  @POST
  @Path("/{name}")
  @Consumes(MediaType.APPLICATION_JSON)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "The same as PATCH, as AWS IoT has it", description = UPDATE)
  public Uni<RestResponse<ObjectNode>> post(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("name") ShadowName name,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      byte[] body) {
    return update(tenant, device, name, ifMatch, body);
  }

  @DELETE
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Delete a device's classic shadow",
      description = "With its history. A new one goes on with the version.")
  public Uni<RestResponse<ObjectNode>> delete(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return delete(tenant, device, ShadowName.CLASSIC, ifMatch);
  }

  @DELETE
  @Path("/{name}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Delete a named shadow of a device",
      description = "With its history. A new one goes on with the version.")
  public Uni<RestResponse<ObjectNode>> delete(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("name") ShadowName name,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return shadows
        .delete(new DeviceAddress(tenant, device), name, IfMatch.optional(ifMatch))
        .map(ShadowResource::withVersion);
  }

  private Uni<RestResponse<ObjectNode>> update(
      TenantId tenant, DeviceId device, ShadowName name, String ifMatch, byte[] body) {
    return shadows
        .update(new DeviceAddress(tenant, device), name, body, IfMatch.optional(ifMatch))
        .map(ShadowResource::withVersion);
  }

  private static RestResponse<ObjectNode> withVersion(Shadows.Answer answer) {
    return ResponseBuilder.ok(answer.body())
        .header(HttpHeaders.ETAG, IfMatch.etag(answer.version()))
        .build();
  }
}
