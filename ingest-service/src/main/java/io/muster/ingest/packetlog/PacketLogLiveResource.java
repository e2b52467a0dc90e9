package io.muster.ingest.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
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

/** Packets, as they are written down. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/packet-log/live")
@RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
@Tag(name = "Packet log")
class PacketLogLiveResource {
  private final LastEntries entries;
  private final SecurityIdentity identity;
  private final Clock clock;
  private final Vertx vertx;

  PacketLogLiveResource(
      SwitchTable table, LastEntries entries, SecurityIdentity identity, Clock clock, Vertx vertx) {
    this.entries = entries;
    this.identity = identity;
    this.clock = clock;
    this.vertx = vertx;
  }

  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(
      summary = "Follow a device's packets",
      description =
          "Server-sent events: open once it follows, packet for each entry, gap when some may be"
              + " missing, end with a reason. Through any instance; ends with the packet log, and"
              + " with the token. 409 while the log is off.")
  public Multi<OutboundSseEvent> live(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device, Sse sse) {
    var follower = new LogFollower();
    // Refused here and now, or not at all: the headers go out before the first event is asked for.
    var events = entries.follow(new DeviceAddress(tenant, device), follower);
    var expiry = vertx.setTimer(millisUntilTokenEnds(), now -> follower.end("token-expired"));
    return events
        .onTermination()
        .invoke(() -> vertx.cancelTimer(expiry))
        .map(event -> sent(event, sse));
  }

  private static OutboundSseEvent sent(LogEvent event, Sse sse) {
    var builder = sse.newEventBuilder();
    return event.name() == null
        ? builder.comment("").build()
        : builder.name(event.name()).data(String.class, event.data()).build();
  }

  private long millisUntilTokenEnds() {
    var longest = Duration.ofMinutes(PacketLogSwitch.MAX_MINUTES).multipliedBy(24);
    if (!(identity.getPrincipal() instanceof JsonWebToken token)) {
      return longest.toMillis();
    }
    var left = Duration.between(clock.instant(), Instant.ofEpochSecond(token.getExpirationTime()));
    return Math.clamp(left.toMillis(), 1, longest.toMillis());
  }
}
