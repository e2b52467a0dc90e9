package io.muster.registry.provisioning;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/provisioning-requests}. */
@Path("/api/v1/tenants/{tenant}/provisioning-requests")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Provisioning")
@Cancellable(false)
class RequestResource {
  private final Requests requests;

  RequestResource(Requests requests) {
    this.requests = requests;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List what waits for an operator, or was refused",
      description = "Hardware that is known, or whose device is there, and asks with another key.")
  public Uni<Page<RequestView>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return requests.list(tenant, Place.of(Cursor.read(cursor)), limit);
  }

  @POST
  @Path("/{request}/approve")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Let the device have the new key",
      description = "The old key, and connections that were opened with it, end.")
  public Uni<Void> approve(
      @PathParam("tenant") TenantId tenant, @PathParam("request") UUID request) {
    return requests.approve(tenant, request);
  }

  @POST
  @Path("/{request}/refuse")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Keep the key out", description = "It stays in the list as refused.")
  public Uni<Void> refuse(
      @PathParam("tenant") TenantId tenant, @PathParam("request") UUID request) {
    return requests.refuse(tenant, request);
  }

  @DELETE
  @Path("/{request}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Forget a request", description = "The device may ask again.")
  public Uni<Void> forget(
      @PathParam("tenant") TenantId tenant, @PathParam("request") UUID request) {
    return requests.forget(tenant, request);
  }
}
