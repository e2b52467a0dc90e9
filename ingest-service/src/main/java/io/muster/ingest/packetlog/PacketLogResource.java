package io.muster.ingest.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.ingest.people.AuditLog;
import io.muster.rest.access.Roles;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/packet-log}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/packet-log")
@RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Packet log")
class PacketLogResource {
  private static final int MAX_LIMIT = 1_000;

  private final SwitchTable table;
  private final LastEntries entries;
  private final AuditLog audit;

  PacketLogResource(SwitchTable table, LastEntries entries, AuditLog audit) {
    this.table = table;
    this.entries = entries;
    this.audit = audit;
  }

  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Write down a device's packets for a while",
      description =
          "At whichever replica it is connected or tries to connect, until the time is over. Again,"
              + " the time begins anew. Passwords are never shown, payloads only when asked for."
              + " The device need not be known: why one is refused that is not is what the log is"
              + " for.")
  public Uni<PacketLogState> switchOn(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @Valid PacketLogSwitch body) {
    var address = new DeviceAddress(tenant, device);
    var asked = body == null ? PacketLogSwitch.usual() : body;
    return table
        .put(address, asked)
        .invoke(
            on -> {
              entries.begin(address);
              audit.record("packet-log-switched-on", address + inWords(asked));
            })
        .map(on -> state(address, on, MAX_LIMIT));
  }

  private static String inWords(PacketLogSwitch asked) {
    return " for %d minutes%s"
        .formatted(asked.minutes(), asked.payloads() ? ", with payloads" : "");
  }

  @GET
  @Operation(
      summary = "Read whether a device's packets are written down, and the last of them",
      description = "What has ended is readable for an hour, and forgotten by a restart.")
  public Uni<PacketLogState> read(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(MAX_LIMIT) int limit) {
    var address = new DeviceAddress(tenant, device);
    return table.find(address).map(stored -> state(address, stored, limit));
  }

  @DELETE
  @Operation(summary = "Write down a device's packets no longer, and forget what was shown")
  public Uni<Void> switchOff(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    var address = new DeviceAddress(tenant, device);
    return table
        .remove(address)
        .onItem()
        .ifNull()
        .failWith(() -> new Refusal.Absent("The device has no packet log.").asException())
        .invoke(
            wasOn -> {
              entries.forget(address);
              audit.record("packet-log-switched-off", address);
            })
        .replaceWithVoid();
  }

  private PacketLogState state(DeviceAddress address, StoredSwitch stored, int limit) {
    var device = address.device().value();
    return stored == null
        ? new PacketLogState(device, false, false, null, null, List.of())
        : new PacketLogState(
            device,
            stored.isOn(),
            stored.payloads(),
            stored.since(),
            stored.until(),
            entries.of(address, limit));
  }
}
