package io.muster.registry.verification;

import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
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

/** {@code /internal/v1/credentials/verify}. */
@Path("/internal/v1/credentials/verify")
@Tag(name = "Internal")
@RegisterForReflection(
    targets = {
      VerifyRequest.class,
      VerifyAnswer.class,
      VerifyAnswer.Allowed.class,
      VerifyAnswer.Denied.class,
      VerifyAnswer.IssuedToken.class,
      DeviceScope.class,
      CredentialProof.class,
      CredentialProof.Secret.class,
      CredentialProof.Token.class,
      CredentialProof.Certificate.class,
      DeviceLimits.class
    })
class VerifyResource {
  private final Verification verification;
  private final VerificationRecord record;

  VerifyResource(Verification verification, VerificationRecord record) {
    this.verification = verification;
    this.record = record;
  }

  @POST
  @RolesAllowed(Roles.SERVICE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "May this client connect?",
      description = "Always 200, with decision allow or deny; the reason is for logs alone.")
  public Uni<VerifyAnswer> verify(@NotNull VerifyRequest body) {
    if (body.proof() == null) {
      throw new Refusal.Meaningless(List.of(FieldError.at("/proof", "must be given")))
          .asException();
    }
    return verification.verify(body).invoke(answer -> record.note(body, answer));
  }
}
