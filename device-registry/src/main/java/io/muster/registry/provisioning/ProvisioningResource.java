package io.muster.registry.provisioning;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.TenantId;
import io.muster.registry.limits.AttemptLimit;
import io.muster.registry.tokens.TokenAnswers;
import io.muster.registry.verification.BasicCredentials;
import io.muster.rest.access.Caller;
import io.muster.rest.problem.Challenge;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/provisioning}: for devices that are nobody yet. */
@Path("/api/v1/provisioning")
@Tag(name = "Devices themselves")
@Cancellable(false)
class ProvisioningResource {
  private static final String USER = DeviceId.RESERVED_FOR_PROVISIONING + "@";

  private final Provisioning provisioning;
  private final AttemptLimit attempts;
  private final Caller caller;

  ProvisioningResource(Provisioning provisioning, AttemptLimit attempts, Caller caller) {
    this.provisioning = provisioning;
    this.attempts = attempts;
    this.caller = caller;
  }

  @POST
  @PermitAll
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Get an identity",
      description =
          "Basic authentication with provision@{tenant} and a claim token. The same hardware with"
              + " the same key gets the same answer as before and uses nothing up; with another"
              + " key it is 409 until an operator approves.")
  public Uni<RestResponse<ProvisioningAnswer>> provision(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @NotNull ProvisioningBody body) {
    var address = caller.address().orElse("?");
    attempts.check(address);
    var basic =
        BasicCredentials.read(authorization)
            .orElseThrow(() -> new Refusal.NotAuthenticated(Challenge.BASIC).asException());
    return Uni.createFrom()
        .item(() -> tenant(basic.user()))
        .chain(
            tenant ->
                provisioning.provision(tenant, new Claim.Shown(basic.password()), body, address))
        .onFailure(ProvisioningResource::isStranger)
        .invoke(() -> attempts.failed(address))
        .map(TokenAnswers::once);
  }

  private static TenantId tenant(String user) {
    try {
      if (user.startsWith(USER)) {
        return new TenantId(user.substring(USER.length()));
      }
    } catch (MalformedIdException nobody) {
      // Said below.
    }
    throw new Refusal.NotAuthenticated(Challenge.BASIC).asException();
  }

  private static boolean isStranger(Throwable failure) {
    return failure instanceof RefusedException refused
        && refused.refusal() instanceof Refusal.NotAuthenticated;
  }
}
