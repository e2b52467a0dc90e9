package io.muster.registry.provisioning;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
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
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/claim-tokens}. */
@Path("/api/v1/tenants/{tenant}/claim-tokens")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Provisioning")
@Cancellable(false)
class ClaimTokenResource {
  private final ClaimTokens tokens;

  ClaimTokenResource(ClaimTokens tokens) {
    this.tokens = tokens;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Make a claim token",
      description = "It is in this answer and nowhere else; only its SHA-256 is kept.")
  public Uni<RestResponse<ClaimTokenView>> create(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid ClaimTokenBody body) {
    return tokens
        .create(tenant, body)
        .map(
            made ->
                ResponseBuilder.create(RestResponse.Status.CREATED, made)
                    .location(
                        URI.create(
                            "/api/v1/tenants/%s/claim-tokens/%s".formatted(tenant, made.id())))
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .build());
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a tenant's claim tokens, without themselves")
  public Uni<Page<ClaimTokenView>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return tokens.list(tenant, Cursor.read(cursor), limit);
  }

  @GET
  @Path("/{token}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a claim token, without itself")
  public Uni<ClaimTokenView> read(
      @PathParam("tenant") TenantId tenant, @PathParam("token") UUID token) {
    return tokens.read(tenant, token);
  }

  @DELETE
  @Path("/{token}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Revoke a claim token",
      description = "Devices that were provisioned with it stay.")
  public Uni<Void> revoke(@PathParam("tenant") TenantId tenant, @PathParam("token") UUID token) {
    return tokens.revoke(tenant, token);
  }
}
