package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.ObjectMapper;
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
  private final EmqxSessions sessions;
  private final EmqxCounters counters;
  private final ObjectMapper mapper;

  EmqxSessionResource(EmqxSessions sessions, EmqxCounters counters, ObjectMapper mapper) {
    this.sessions = sessions;
    this.counters = counters;
    this.mapper = mapper;
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
    return sessions
        .take(EmqxText.body(body, mapper))
        .invoke(taken -> counters.count("session", taken ? "taken" : "ignored"))
        .onFailure()
        .invoke(() -> counters.count("session", "unavailable"))
        .replaceWithVoid();
  }
}
