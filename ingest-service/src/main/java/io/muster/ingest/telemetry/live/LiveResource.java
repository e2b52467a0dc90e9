package io.muster.ingest.telemetry.live;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.quarkus.security.identity.SecurityIdentity;
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
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What is stored, as it is stored. */
@Path("/api/v1/tenants/{tenant}")
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
@Tag(name = "Telemetry")
class LiveResource {
  private static final Duration LONGEST = Duration.ofHours(24);

  private final LiveFeed feed;
  private final SecurityIdentity identity;
  private final Clock clock;

  LiveResource(LiveFeed feed, SecurityIdentity identity, Clock clock) {
    this.feed = feed;
    this.identity = identity;
    this.clock = clock;
  }

  @GET
  @Path("/devices/{device}/telemetry/live")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(
      summary = "Follow a device's readings",
      description =
          "Server-sent events: open once it follows, reading for each one that is stored, gap when"
              + " some are not shown, end with a reason. Through any instance; ends with the"
              + " token.")
  public Multi<OutboundSseEvent> ofDevice(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device, Sse sse) {
    return events(Interest.in(new DeviceAddress(tenant, device)), sse);
  }

  @GET
  @Path("/telemetry/live")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(summary = "Follow the readings of all of a tenant's devices")
  public Multi<OutboundSseEvent> ofTenant(@PathParam("tenant") TenantId tenant, Sse sse) {
    return events(new Interest(tenant, null), sse);
  }

  private Multi<OutboundSseEvent> events(Interest interest, Sse sse) {
    return feed.follow(interest, untilTokenEnds()).map(event -> sent(event, sse));
  }

  private static OutboundSseEvent sent(LiveEvent event, Sse sse) {
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
