package io.muster.registry.tenants;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
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

/** {@code /api/v1/tenants}. */
@Path("/api/v1/tenants")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Tenants")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class TenantResource {
  private final Tenants tenants;
  private final Caller caller;

  TenantResource(Tenants tenants, Caller caller) {
    this.tenants = tenants;
    this.caller = caller;
  }

  @POST
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Create a tenant",
      description =
          "Administrators of the platform only. Limits left out are the defaults. The name of a"
              + " tenant that was deleted is not given again (409, tenant-deleted).")
  public Uni<RestResponse<TenantView>> create(@NotNull @Valid TenantBody body) {
    caller.requirePlatform();
    return tenants
        .create(body)
        .map(
            tenant ->
                ResponseBuilder.create(RestResponse.Status.CREATED, tenant)
                    .location(URI.create("/api/v1/tenants/" + tenant.id()))
                    .header(HttpHeaders.ETAG, IfMatch.etag(tenant.version()))
                    .build());
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List the caller's tenants", description = "In the order of their ids.")
  public Uni<Page<TenantView>> list(
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return tenants.list(Cursor.read(cursor), limit);
  }

  @GET
  @Path("/{tenant}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a tenant")
  public Uni<RestResponse<TenantView>> read(@PathParam("tenant") TenantId tenant) {
    return tenants.read(tenant).map(TenantResource::withVersion);
  }

  @PUT
  @Path("/{tenant}")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Replace a tenant's limits and state",
      description = "Needs If-Match. Limits left out are the defaults again.")
  public Uni<RestResponse<TenantView>> replace(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid TenantBody body) {
    caller.requirePlatform();
    return tenants
        .replace(tenant, body, IfMatch.required(ifMatch))
        .map(TenantResource::withVersion);
  }

  @PATCH
  @Path("/{tenant}")
  @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Change a tenant: suspend it, change a limit",
      description = "A JSON Merge Patch (RFC 7396), as {\"suspended\":true}. If-Match is optional.")
  public Uni<RestResponse<TenantView>> patch(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull ObjectNode body) {
    caller.requirePlatform();
    return tenants.patch(tenant, body, IfMatch.optional(ifMatch)).map(TenantResource::withVersion);
  }

  @DELETE
  @Path("/{tenant}")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Delete a tenant",
      description =
          "Refused while it has devices, unless withDevices=true deletes them as well. For good:"
              + " all services remove what they keep of it, and its name is not given again.")
  public Uni<Void> delete(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("withDevices") @DefaultValue("false") boolean withDevices,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    caller.requirePlatform();
    return tenants.delete(tenant, withDevices, IfMatch.optional(ifMatch));
  }

  private static RestResponse<TenantView> withVersion(TenantView tenant) {
    return ResponseBuilder.ok(tenant)
        .header(HttpHeaders.ETAG, IfMatch.etag(tenant.version()))
        .build();
  }
}
