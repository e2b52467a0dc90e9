package io.muster.registry.events;

import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.OutboxLog;
import io.muster.rest.access.Roles;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
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

/** {@code /internal/v1/events}: the log that MQTT only wakes up to. */
@Path("/internal/v1/events")
@Tag(name = "Internal")
@RegisterForReflection(
    targets = {
      CloudEvent.class,
      EventPage.class,
      OutboxEvent.class,
      UserProperties.class,
      RegistryEvent.DeviceCreated.class,
      RegistryEvent.DeviceUpdated.class,
      RegistryEvent.DeviceDisabled.class,
      RegistryEvent.DeviceDeleted.class,
      RegistryEvent.CredentialRevoked.class,
      RegistryEvent.TenantDeleted.class,
      RegistryEvent.TenantSuspended.class,
      RegistryEvent.TenantUpdated.class,
      RegistryEvent.TokenKeyWithdrawn.class,
      RegistryEvent.GroupChanged.class
    })
class EventLogResource {
  private final OutboxLog log;

  EventLogResource(Pool pool) {
    this.log = new OutboxLog(pool);
  }

  @GET
  @RolesAllowed(Roles.SERVICE)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Read the events on from a position",
      description =
          "In order, without gaps. A reader whose position is before oldest - 1 has missed"
              + " something and starts from a snapshot.")
  public Uni<EventPage> page(
      @QueryParam("after") @DefaultValue("0") @Min(0) long after,
      @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(OutboxLog.MAX_PAGE) int limit) {
    return log.page(after, limit);
  }
}
