package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
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

/** {@code /broker/authz}. */
@Path("/broker/authz")
@Tag(name = "Broker")
class EmqxAuthzResource {
  private final DeviceStanding standing;
  private final EmqxAnswers answers;

  EmqxAuthzResource(DeviceStanding standing, EmqxAnswers answers) {
    this.standing = standing;
    this.answers = answers;
  }

  @POST
  @RolesAllowed(Roles.SERVICE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "May this client of EMQX publish or subscribe?",
      description =
          "EMQX' HTTP authorization: always 200 with allow or deny. Of the body clientid, action,"
              + " topic, qos and retain count. A gateway may act for the devices behind it.")
  public Uni<AuthzAnswer> authorize(byte[] body) {
    return answers.to(
        "authz",
        body,
        question ->
            allowed(question).map(allowed -> allowed ? AuthzAnswer.ALLOW : AuthzAnswer.DENY),
        AuthzAnswer::result,
        AuthzAnswer.DENY);
  }

  private Uni<Boolean> allowed(JsonNode body) {
    var actor = EmqxClient.actor(body);
    var owner = TopicQuestion.owner(body);
    return actor.isEmpty() || owner.isEmpty()
        ? Uni.createFrom().item(false)
        : standing.mayActFor(actor.get(), owner.get());
  }
}
