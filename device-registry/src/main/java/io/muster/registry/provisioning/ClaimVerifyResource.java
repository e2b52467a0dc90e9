package io.muster.registry.provisioning;

import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.registry.events.Changes;
import io.muster.registry.verification.VerificationRecord;
import io.muster.rest.access.Roles;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /internal/v1/claim-tokens/verify}. */
@Path("/internal/v1/claim-tokens/verify")
@Tag(name = "Internal")
@RegisterForReflection(
    targets = {
      ClaimRequest.class,
      ClaimAnswer.class,
      ClaimAnswer.Allowed.class,
      ClaimAnswer.Denied.class
    })
class ClaimVerifyResource {
  private final ClaimCheck claims;
  private final VerificationRecord record;
  private final Changes changes;

  ClaimVerifyResource(ClaimCheck claims, VerificationRecord record, Changes changes) {
    this.claims = claims;
    this.record = record;
    this.changes = changes;
  }

  @POST
  @RolesAllowed(Roles.SERVICE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "May this client ask to be provisioned?",
      description = "Always 200, with decision allow or deny; the reason is for logs alone.")
  public Uni<ClaimAnswer> verify(@NotNull ClaimRequest body) {
    if (body.tenant() == null || body.claimToken() == null) {
      throw new Refusal.Meaningless(List.of(FieldError.at("", "needs tenant and claimToken")))
          .asException();
    }
    return changes
        .reading(() -> claims.answer(body.tenant(), body.claimToken()))
        .invoke(answer -> note(body, answer));
  }

  private void note(ClaimRequest request, ClaimAnswer answer) {
    switch (answer) {
      case ClaimAnswer.Allowed _ -> record.noteClaim();
      case ClaimAnswer.Denied(var reason) ->
          record.noteClaim(request.tenant(), reason, request.remoteAddress());
    }
  }
}
