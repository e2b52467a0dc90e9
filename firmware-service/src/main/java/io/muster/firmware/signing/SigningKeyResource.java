package io.muster.firmware.signing;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.paging.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/signing-keys}. */
@Path("/api/v1/tenants/{tenant}/signing-keys")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Signatures")
@RunOnVirtualThread
class SigningKeyResource {
  private final Signatures signatures;
  private final Caller caller;

  SigningKeyResource(Signatures signatures, Caller caller) {
    this.signatures = signatures;
    this.caller = caller;
  }

  @POST
  @RolesAllowed(Roles.ADMIN)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Register a key that the tenant signs with",
      description = "The public half of an Ed25519 or an ECDSA P-256 key. For administrators.")
  public RestResponse<SigningKeyView> add(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid SigningKeyBody body) {
    return ResponseBuilder.create(
            RestResponse.Status.CREATED,
            SigningKeyView.of(signatures.addKey(tenant, body, Author.of(caller))))
        .build();
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List the keys that the tenant signs with")
  public Page<SigningKeyView> list(@PathParam("tenant") TenantId tenant) {
    return new Page<>(signatures.keys(tenant).stream().map(SigningKeyView::of).toList(), null);
  }

  @DELETE
  @Path("/{key}")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Delete a signing key",
      description = "With its signatures. What was released stays released.")
  public void delete(@PathParam("tenant") TenantId tenant, @PathParam("key") UUID key) {
    signatures.deleteKey(tenant, key, Author.of(caller));
  }
}
