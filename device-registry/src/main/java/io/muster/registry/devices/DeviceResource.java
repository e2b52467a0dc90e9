package io.muster.registry.devices;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.registry.presence.Presences;
import io.muster.registry.search.Filter;
import io.muster.registry.search.Sort;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/devices}. */
@Path("/api/v1/tenants/{tenant}/devices")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class DeviceResource {
  private final Devices devices;
  private final DeviceSearch search;
  private final Presences presences;

  DeviceResource(Devices devices, DeviceSearch search, Presences presences) {
    this.devices = devices;
    this.search = search;
    this.presences = presences;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Create a device", description = "409 when the tenant has one of that id.")
  public Uni<RestResponse<DeviceRepresentation>> create(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid DeviceBody body) {
    return devices
        .create(tenant, body)
        .map(
            device ->
                ResponseBuilder.create(RestResponse.Status.CREATED, device)
                    .location(
                        URI.create("/api/v1/tenants/%s/devices/%s".formatted(tenant, device.id())))
                    .header(HttpHeaders.ETAG, IfMatch.etag(device.version()))
                    .build());
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List a tenant's devices, or search them",
      description = "In the order of their ids, unless sort says otherwise.")
  public Uni<Page<DeviceRepresentation>> list(
      @PathParam("tenant") TenantId tenant,
      @Parameter(
              description =
                  "RSQL over id, type, group, gateway, tag, enabled, presence, lastSeen, firmware,"
                      + " createdAt, updatedAt and attributes.(path), shadow.desired.(path),"
                      + " shadow.reported.(path) and firmware.(module); * in a text stands for any"
                      + " characters",
              example = "type==thermometer;tag==lab;attributes.floor=gt=2")
          @QueryParam("filter")
          String filter,
      @Parameter(
              description =
                  "id, type, lastSeen, createdAt or updatedAt, with :asc or :desc after it; devices"
                      + " that were never heard of are the last by lastSeen either way")
          @QueryParam("sort")
          String sort,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return search.find(
        tenant,
        Optional.ofNullable(filter).map(Filter::read),
        Sort.read(sort),
        Cursor.read(cursor),
        limit);
  }

  @GET
  @Path("/{device}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a device")
  public Uni<RestResponse<DeviceRepresentation>> read(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    var address = new DeviceAddress(tenant, device);
    return shown(address, devices.read(address));
  }

  @PUT
  @Path("/{device}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Replace a device",
      description = "Needs If-Match with the ETag it is based on. What is left out is removed.")
  public Uni<RestResponse<DeviceRepresentation>> replace(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid DeviceBody body) {
    var address = new DeviceAddress(tenant, device);
    return shown(address, devices.replace(address, body, IfMatch.required(ifMatch)));
  }

  @PATCH
  @Path("/{device}")
  @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Change a device: disable it, change its gateway or an attribute",
      description = "A JSON Merge Patch (RFC 7396), as {\"enabled\":false}. If-Match is optional.")
  public Uni<RestResponse<DeviceRepresentation>> patch(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull ObjectNode body) {
    var address = new DeviceAddress(tenant, device);
    return shown(address, devices.patch(address, body, IfMatch.optional(ifMatch)));
  }

  @DELETE
  @Path("/{device}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Delete a device",
      description = "Its connection ends and its credentials stop working.")
  public Uni<Void> delete(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return devices.delete(new DeviceAddress(tenant, device), IfMatch.optional(ifMatch));
  }

  private Uni<RestResponse<DeviceRepresentation>> shown(
      DeviceAddress address, Uni<DeviceRepresentation> device) {
    return device
        .chain(it -> presences.summary(address).map(it::with))
        .map(DeviceResource::withVersion);
  }

  private static RestResponse<DeviceRepresentation> withVersion(DeviceRepresentation device) {
    return ResponseBuilder.ok(device)
        .header(HttpHeaders.ETAG, IfMatch.etag(device.version()))
        .build();
  }
}
