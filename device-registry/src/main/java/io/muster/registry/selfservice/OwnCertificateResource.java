package io.muster.registry.selfservice;

import io.muster.registry.issuing.IssuedCertificate;
import io.muster.registry.issuing.Issuing;
import io.muster.registry.tokens.TokenAnswers;
import io.muster.registry.verification.DeviceLogin;
import io.quarkus.runtime.annotations.RegisterForReflection;
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
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/device/certificate}: a device's own. */
@Path("/api/v1/device/certificate")
@Tag(name = "Devices themselves")
@Cancellable(false)
class OwnCertificateResource {
  private final DeviceLogin login;
  private final Issuing issuing;

  OwnCertificateResource(DeviceLogin login, Issuing issuing) {
    this.login = login;
    this.issuing = issuing;
  }

  /**
   * @param csr PKCS #10, PEM
   */
  @RegisterForReflection
  @Schema(name = "CertificateRequestInput")
  record Body(
      @Schema(description = "PKCS #10 in one PEM block CERTIFICATE REQUEST; its subject is ignored")
          String csr) {}

  @POST
  @PermitAll
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Get a certificate, as the device that one is",
      description =
          "Basic authentication with {device}@{tenant} and the device's secret, a token, or a JWT"
              + " that a certificate's key signed. The certificate is registered beside what the"
              + " device has, so that it changes over in its own time.")
  public Uni<RestResponse<IssuedCertificate>> issue(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @NotNull Body body) {
    return login
        .require(authorization)
        .chain(allowed -> issuing.issue(allowed.device(), body.csr()))
        .map(TokenAnswers::once);
  }
}
