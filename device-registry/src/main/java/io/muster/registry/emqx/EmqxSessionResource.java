package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.rest.access.Roles;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /broker/sessions}. */
@Path("/broker/sessions")
@Tag(name = "Broker")
class EmqxSessionResource {
  private static final String QUESTION = "session";

  private final EmqxSessions sessions;
  private final EmqxAnswers answers;
  private final EmqxCounters counters;

  EmqxSessionResource(EmqxSessions sessions, EmqxAnswers answers, EmqxCounters counters) {
    this.sessions = sessions;
    this.answers = answers;
    this.counters = counters;
  }

  @POST
  @RolesAllowed(Roles.SERVICE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "A client of EMQX has connected or disconnected",
      description =
          "An event of EMQX' rule engine as it is, client.connected or client.disconnected. What"
              + " is about no device is taken and ignored; 503 asks for it again.")
  public Uni<Void> take(byte[] body) {
    // Sent again, it would be no other.
    return answers.read(QUESTION, body).map(this::taken).orElse(Uni.createFrom().voidItem());
  }

  private Uni<Void> taken(JsonNode event) {
    return sessions
        .take(event)
        .invoke(taken -> counters.count(QUESTION, taken ? "taken" : "ignored"))
        .onFailure()
        .invoke(() -> counters.count(QUESTION, EmqxCounters.UNAVAILABLE))
        .replaceWithVoid();
  }
}
