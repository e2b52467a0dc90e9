package io.muster.registry.emqx;

import io.muster.rest.access.Roles;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /broker/authn}. */
@Path("/broker/authn")
@Tag(name = "Broker")
class EmqxAuthnResource {
  private final EmqxAuthentication authentication;
  private final EmqxAnswers answers;

  EmqxAuthnResource(EmqxAuthentication authentication, EmqxAnswers answers) {
    this.authentication = authentication;
    this.answers = answers;
  }

  @POST
  @RolesAllowed(Roles.SERVICE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "May this client of EMQX connect?",
      description =
          "EMQX' HTTP authentication: always 200 with allow or deny. Of the body clientid, username"
              + " and password count, or clientid and certificate, and peerhost for the log.")
  public Uni<AuthnAnswer> authenticate(byte[] body) {
    return answers.to("authn", body, authentication::answer, AuthnAnswer::result, AuthnAnswer.DENY);
  }
}
