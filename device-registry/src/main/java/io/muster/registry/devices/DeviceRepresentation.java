package io.muster.registry.devices;

import io.muster.registry.presence.PresenceSummary;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device as it is shown.
 *
 * @param id its name within the tenant
 * @param type its device type, or null
 * @param gateway the device that may speak for it, or null
 * @param tags sorted
 * @param attributes as they were written
 * @param enabled whether it may connect, its tenant allowing
 * @param version grows by one with every change
 * @param createdAt when
 * @param updatedAt when it was last changed
 * @param presence whether it is there; no part of what the version counts
 */
@Schema(name = "Device")
public record DeviceRepresentation(
    String id,
    @Schema(nullable = true) String type,
    @Schema(nullable = true) String gateway,
    List<String> tags,
    @Schema(type = SchemaType.OBJECT) Map<String, Object> attributes,
    boolean enabled,
    long version,
    Instant createdAt,
    Instant updatedAt,
    PresenceSummary presence) {
  /** What {@link #of} reads, of the tables that a {@link DeviceCondition} joins. */
  public static final String COLUMNS =
      "d.id, t.id AS type, g.id AS gateway, d.tags, d.attributes, d.enabled, d.version,"
          + " d.created_at, d.updated_at, p.status AS presence, p.since AS presence_since,"
          + " p.last_seen";

  /** Of a device of which nobody asked whether it is there. */
  public DeviceRepresentation(
      String id,
      String type,
      String gateway,
      List<String> tags,
      Map<String, Object> attributes,
      boolean enabled,
      long version,
      Instant createdAt,
      Instant updatedAt) {
    this(
        id,
        type,
        gateway,
        tags,
        attributes,
        enabled,
        version,
        createdAt,
        updatedAt,
        PresenceSummary.NEVER_HEARD);
  }

  /** From a row with {@link #COLUMNS}. */
  public static DeviceRepresentation of(Row row) {
    return new DeviceRepresentation(
        row.getString("id"),
        row.getString("type"),
        row.getString("gateway"),
        List.of(row.getArrayOfStrings("tags")),
        row.get(JsonObject.class, "attributes").getMap(),
        row.getBoolean("enabled"),
        row.getLong("version"),
        instant(row, "created_at"),
        instant(row, "updated_at"),
        PresenceSummary.of(
            row.getString("presence"), instant(row, "presence_since"), instant(row, "last_seen")));
  }

  private static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  /** The same device with its presence. */
  DeviceRepresentation with(PresenceSummary known) {
    return new DeviceRepresentation(
        id, type, gateway, tags, attributes, enabled, version, createdAt, updatedAt, known);
  }
}
