package io.muster.registry.devices;

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
    Instant updatedAt) {

  /** From a row with the columns of {@code device}, its type and its gateway by their ids. */
  public static DeviceRepresentation of(Row row) {
    return new DeviceRepresentation(
        row.getString("id"),
        row.getString("type"),
        row.getString("gateway"),
        List.of(row.getArrayOfStrings("tags")),
        row.get(JsonObject.class, "attributes").getMap(),
        row.getBoolean("enabled"),
        row.getLong("version"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant());
  }
}
