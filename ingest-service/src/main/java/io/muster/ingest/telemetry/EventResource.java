package io.muster.ingest.telemetry;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.paging.Rows;
import io.muster.ingest.paging.TimeCursor;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/events}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/events")
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Events")
class EventResource {
  private static final int MAX_LIMIT = 1_000;

  private final EventTable table;
  private final DeviceDirectory devices;

  EventResource(EventTable table, DeviceDirectory devices) {
    this.table = table;
    this.devices = devices;
  }

  @GET
  @Operation(summary = "Read a device's events in order of time")
  public Uni<Page<EventItem>> events(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(MAX_LIMIT) int limit,
      @QueryParam("cursor") String cursor) {
    var range = TimeRange.of(from, to);
    var after = TimeCursor.read(cursor, TimeCursor.before(range.from()));
    return devices
        .findKey(new DeviceAddress(tenant, device))
        .chain(
            key ->
                key == null
                    ? Uni.createFrom().item(new Page<EventItem>(List.of(), null))
                    : table.page(key, range, after, limit + 1).map(found -> page(found, limit)));
  }

  private static Page<EventItem> page(Rows<EventItem> found, int limit) {
    return found.page(
        limit, Function.identity(), last -> new TimeCursor(last.time(), last.id()).text());
  }
}
