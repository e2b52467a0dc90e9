package io.muster.registry.selfservice;

import io.muster.registry.tokens.DeviceToken;
import io.muster.registry.tokens.TokenAnswers;
import io.muster.registry.tokens.TokenIssuer;
import io.muster.registry.tokens.TokenRequest;
import io.muster.registry.verification.DeviceLogin;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
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

/** {@code /api/v1/device/token}: a device's own. */
@Path("/api/v1/device/token")
@Tag(name = "Devices themselves")
class OwnTokenResource {
  private final DeviceLogin login;
  private final TokenIssuer issuer;

  OwnTokenResource(DeviceLogin login, TokenIssuer issuer) {
    this.login = login;
    this.issuer = issuer;
  }

  @POST
  @PermitAll
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Get a short-lived token, as the device that one is",
      description =
          "Basic authentication with {device}@{tenant} and the device's secret, or a token that it"
              + " signed. The token ends with that credential.")
  public Uni<RestResponse<DeviceToken>> issue(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      TokenRequest body) {
    var request = body == null ? TokenRequest.USUAL : body;
    return login
        .require(authorization)
        .chain(
            allowed ->
                issuer.issue(
                    TokenIssuer.By.DEVICE,
                    allowed.device(),
                    request,
                    allowed.credential(),
                    allowed.validUntil()))
        .map(TokenAnswers::once);
  }
}
