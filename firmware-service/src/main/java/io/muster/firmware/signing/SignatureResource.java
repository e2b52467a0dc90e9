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
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/artifacts/{artifact}/signatures}. */
@Path("/api/v1/tenants/{tenant}/artifacts/{artifact}/signatures")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Signatures")
@RunOnVirtualThread
class SignatureResource {
  private final Signatures signatures;
  private final Caller caller;

  SignatureResource(Signatures signatures, Caller caller) {
    this.signatures = signatures;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Hand in a signature of an artifact",
      description = "422 when it is none. The answer lists all that there are.")
  public Page<SignatureView> sign(
      @PathParam("tenant") TenantId tenant,
      @PathParam("artifact") UUID artifact,
      @NotNull @Valid SignatureBody body) {
    return new Page<>(signatures.sign(tenant, artifact, body, Author.of(caller)), null);
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List an artifact's signatures")
  public Page<SignatureView> list(
      @PathParam("tenant") TenantId tenant, @PathParam("artifact") UUID artifact) {
    return new Page<>(signatures.of(tenant, artifact), null);
  }
}
