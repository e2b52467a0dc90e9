package io.muster.registry.authorities;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/certificate-authorities}. */
@Path("/api/v1/tenants/{tenant}/certificate-authorities")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Certificate authorities")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class AuthorityResource {
  private final Authorities authorities;
  private final AuthorityRevocation revocation;

  AuthorityResource(Authorities authorities, AuthorityRevocation revocation) {
    this.authorities = authorities;
    this.revocation = revocation;
  }

  @POST
  @RolesAllowed(Roles.ADMIN)
  @ResponseStatus(201)
  @Operation(
      summary = "Announce a certificate authority",
      description =
          "It vouches for devices once it is proven: sign a certificate whose common name is the"
              + " answer's code with the authority's key, and post it to …/proof.")
  public Uni<AuthorityView> announce(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid AuthorityBody.New body) {
    return authorities.announce(tenant, body);
  }

  @POST
  @Path("/{authority}/proof")
  @RolesAllowed(Roles.ADMIN)
  @Operation(summary = "Show that one holds the authority's key")
  public Uni<AuthorityView> prove(
      @PathParam("tenant") TenantId tenant,
      @PathParam("authority") UUID authority,
      @NotNull AuthorityBody.Proof body) {
    return authorities.prove(tenant, authority, body);
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List a tenant's certificate authorities",
      description = "All of them: a tenant has few.")
  public Uni<Page<AuthorityView>> list(@PathParam("tenant") TenantId tenant) {
    return authorities.list(tenant).map(found -> new Page<>(found, null));
  }

  @GET
  @Path("/{authority}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a certificate authority")
  public Uni<AuthorityView> read(
      @PathParam("tenant") TenantId tenant, @PathParam("authority") UUID authority) {
    return authorities.read(tenant, authority);
  }

  @PATCH
  @Path("/{authority}")
  @Consumes({"application/merge-patch+json", MediaType.APPLICATION_JSON})
  @RolesAllowed(Roles.ADMIN)
  @Operation(summary = "Rename it, or switch auto-provisioning on or off")
  public Uni<AuthorityView> change(
      @PathParam("tenant") TenantId tenant,
      @PathParam("authority") UUID authority,
      @NotNull @Valid AuthorityBody.Change body) {
    return authorities.change(tenant, authority, body);
  }

  @DELETE
  @Path("/{authority}")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Revoke a certificate authority",
      description = "Connections of devices that it vouched for end. The devices stay.")
  public Uni<Void> revoke(
      @PathParam("tenant") TenantId tenant, @PathParam("authority") UUID authority) {
    return revocation.revoke(tenant, authority);
  }
}
