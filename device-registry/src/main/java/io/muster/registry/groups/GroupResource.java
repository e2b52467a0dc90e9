package io.muster.registry.groups;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.GroupId;
import io.muster.contract.id.TenantId;
import io.muster.registry.devices.DeviceRepresentation;
import io.muster.registry.devices.DeviceSearch;
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
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/groups}. */
@Path("/api/v1/tenants/{tenant}/groups")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Groups")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class GroupResource {
  private final Groups groups;
  private final DeviceSearch search;

  GroupResource(Groups groups, DeviceSearch search) {
    this.groups = groups;
    this.search = search;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Create a group",
      description = "With a filter it is dynamic: who fits belongs. Without one it has members.")
  public Uni<RestResponse<GroupRepresentation>> create(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid GroupBody body) {
    return groups
        .create(tenant, body)
        .map(
            group ->
                ResponseBuilder.create(RestResponse.Status.CREATED, group)
                    .location(
                        URI.create("/api/v1/tenants/%s/groups/%s".formatted(tenant, group.id())))
                    .header(HttpHeaders.ETAG, IfMatch.etag(group.version()))
                    .build());
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a tenant's groups", description = "In the order of their ids.")
  public Uni<Page<GroupRepresentation>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return groups.list(tenant, Cursor.read(cursor), limit);
  }

  @GET
  @Path("/{group}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a group", description = "With the number of its devices.")
  public Uni<RestResponse<GroupRepresentation>> read(
      @PathParam("tenant") TenantId tenant, @PathParam("group") GroupId group) {
    return groups
        .read(tenant, group)
        .chain(found -> search.count(tenant, Optional.of(in(group))).map(found::with))
        .map(GroupResource::withVersion);
  }

  @PUT
  @Path("/{group}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Replace a group",
      description = "Needs If-Match with the ETag it is based on. Members stay as they are.")
  public Uni<RestResponse<GroupRepresentation>> replace(
      @PathParam("tenant") TenantId tenant,
      @PathParam("group") GroupId group,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid GroupBody body) {
    return groups
        .replace(tenant, group, body, IfMatch.required(ifMatch))
        .map(GroupResource::withVersion);
  }

  @PATCH
  @Path("/{group}")
  @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Change a group",
      description = "A JSON Merge Patch (RFC 7396). If-Match is optional.")
  public Uni<RestResponse<GroupRepresentation>> patch(
      @PathParam("tenant") TenantId tenant,
      @PathParam("group") GroupId group,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull ObjectNode body) {
    return groups
        .patch(tenant, group, body, IfMatch.optional(ifMatch))
        .map(GroupResource::withVersion);
  }

  @DELETE
  @Path("/{group}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Delete a group", description = "Its devices stay.")
  public Uni<Void> delete(
      @PathParam("tenant") TenantId tenant,
      @PathParam("group") GroupId group,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return groups.delete(tenant, group, IfMatch.optional(ifMatch));
  }

  @POST
  @Path("/{group}/members")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Let devices join or leave a static group",
      description = "All or, when one does not exist, none. 409 for a dynamic group.")
  public Uni<RestResponse<GroupRepresentation>> changeMembers(
      @PathParam("tenant") TenantId tenant,
      @PathParam("group") GroupId group,
      @NotNull @Valid MembersChange change) {
    return groups.changeMembers(tenant, group, change).map(GroupResource::withVersion);
  }

  @GET
  @Path("/{group}/devices")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List the devices of a group, or search them",
      description = "As the list of all devices.")
  public Uni<Page<DeviceRepresentation>> devices(
      @PathParam("tenant") TenantId tenant,
      @PathParam("group") GroupId group,
      @QueryParam("filter") String filter,
      @QueryParam("sort") String sort,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var wanted = filter == null ? in(group) : in(group).and(Filter.read(filter));
    return groups
        .read(tenant, group)
        .chain(
            _ ->
                search.find(
                    tenant, Optional.of(wanted), Sort.read(sort), Cursor.read(cursor), limit));
  }

  /** An id has no letter that would need quotes. */
  private static Filter in(GroupId group) {
    return Filter.read("group==" + group);
  }

  private static RestResponse<GroupRepresentation> withVersion(GroupRepresentation group) {
    return ResponseBuilder.ok(group)
        .header(HttpHeaders.ETAG, IfMatch.etag(group.version()))
        .build();
  }
}
