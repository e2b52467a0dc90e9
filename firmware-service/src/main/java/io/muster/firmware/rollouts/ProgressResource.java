package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code …/rollouts/{rollout}/progress}: how a rollout goes on, as it does. */
@Path("/api/v1/tenants/{tenant}/rollouts/{rollout}/progress")
@Tag(name = "Rollouts")
class ProgressResource {
  private static final Duration LONGEST = Duration.ofHours(24);

  private final Following following;
  private final SecurityIdentity identity;
  private final Clock clock;

  ProgressResource(Following following, SecurityIdentity identity, Clock clock) {
    this.following = following;
    this.identity = identity;
    this.clock = clock;
  }

  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  // Said as well, since what gives a Multi counts as non-blocking.
  @Blocking
  @RunOnVirtualThread
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Follow a rollout",
      description =
          "Server-sent events: state with the rollout and its counts, at once and when they have"
              + " changed; end with a reason, ended or token-expired, after which nothing comes."
              + " Through any instance.")
  public Multi<OutboundSseEvent> follow(
      @PathParam("tenant") TenantId tenant, @PathParam("rollout") UUID rollout, Sse sse) {
    return following.follow(tenant, rollout, untilTokenEnds()).map(event -> sent(event, sse));
  }

  private static OutboundSseEvent sent(Following.Event event, Sse sse) {
    var builder = sse.newEventBuilder();
    return event.name() == null
        ? builder.comment("").build()
        : builder.name(event.name()).data(String.class, event.data()).build();
  }

  private Duration untilTokenEnds() {
    if (!(identity.getPrincipal() instanceof JsonWebToken token)) {
      return LONGEST;
    }
    var left = Duration.between(clock.instant(), Instant.ofEpochSecond(token.getExpirationTime()));
    return left.compareTo(LONGEST) > 0 ? LONGEST : left.isPositive() ? left : Duration.ofMillis(1);
  }
}
