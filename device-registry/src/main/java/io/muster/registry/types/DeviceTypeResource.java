package io.muster.registry.types;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.TenantId;
import io.muster.contract.id.TypeId;
import io.muster.rest.access.Roles;
import io.muster.rest.json.MergePatch;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/device-types}. */
@Path("/api/v1/tenants/{tenant}/device-types")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Device types")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class DeviceTypeResource {
  private final DeviceTypes types;

  DeviceTypeResource(DeviceTypes types) {
    this.types = types;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Create a device type",
      description = "409 when the tenant has one of that id.")
  public Uni<RestResponse<DeviceTypeRepresentation>> create(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid DeviceTypeBody body) {
    return types
        .create(tenant, body)
        .map(
            type ->
                ResponseBuilder.create(RestResponse.Status.CREATED, type)
                    .location(
                        URI.create(
                            "/api/v1/tenants/%s/device-types/%s".formatted(tenant, type.id())))
                    .header(HttpHeaders.ETAG, IfMatch.etag(type.version()))
                    .build());
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a tenant's device types", description = "In the order of their ids.")
  public Uni<Page<DeviceTypeRepresentation>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return types.list(tenant, Cursor.read(cursor), limit);
  }

  @GET
  @Path("/{type}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a device type")
  public Uni<RestResponse<DeviceTypeRepresentation>> read(
      @PathParam("tenant") TenantId tenant, @PathParam("type") TypeId type) {
    return types.read(tenant, type).map(DeviceTypeResource::withVersion);
  }

  @PUT
  @Path("/{type}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Replace a device type",
      description = "Needs If-Match with the ETag it is based on. What is left out is removed.")
  public Uni<RestResponse<DeviceTypeRepresentation>> replace(
      @PathParam("tenant") TenantId tenant,
      @PathParam("type") TypeId type,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid DeviceTypeBody body) {
    return types
        .replace(tenant, type, body, IfMatch.required(ifMatch))
        .map(DeviceTypeResource::withVersion);
  }

  @PATCH
  @Path("/{type}")
  @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Change a device type",
      description = "A JSON Merge Patch (RFC 7396). If-Match is optional.")
  public Uni<RestResponse<DeviceTypeRepresentation>> patch(
      @PathParam("tenant") TenantId tenant,
      @PathParam("type") TypeId type,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull ObjectNode body) {
    return types
        .patch(tenant, type, body, IfMatch.optional(ifMatch))
        .map(DeviceTypeResource::withVersion);
  }

  @DELETE
  @Path("/{type}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Delete a device type", description = "409 while there are devices of it.")
  public Uni<Void> delete(
      @PathParam("tenant") TenantId tenant,
      @PathParam("type") TypeId type,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return types.delete(tenant, type, IfMatch.optional(ifMatch));
  }

  private static RestResponse<DeviceTypeRepresentation> withVersion(DeviceTypeRepresentation type) {
    return ResponseBuilder.ok(type).header(HttpHeaders.ETAG, IfMatch.etag(type.version())).build();
  }
}
