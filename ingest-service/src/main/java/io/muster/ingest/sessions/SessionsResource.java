package io.muster.ingest.sessions;

import io.muster.contract.event.SessionPage;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /internal/v1/sessions}: the snapshot for who has missed something of the log. */
@Path("/internal/v1/sessions")
@Tag(name = "Internal")
class SessionsResource {
  private static final int MAX_PAGE = 1_000;

  private final PostgresSessions sessions;

  SessionsResource(PostgresSessions sessions) {
    this.sessions = sessions;
  }

  @GET
  @RolesAllowed("service")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Read who is connected",
      description =
          "At whichever replica, page by page. Whoever first asks where the log of events ends, and"
              + " reads on from there, has missed nothing.")
  public Uni<SessionPage> page(
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("500") @Min(1) @Max(MAX_PAGE) int limit) {
    return sessions.connected(after, limit);
  }
}
