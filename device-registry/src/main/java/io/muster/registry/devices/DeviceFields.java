package io.muster.registry.devices;

import io.muster.registry.firmware.ModuleVersionField;
import io.muster.registry.presence.LastSeenField;
import io.muster.registry.presence.PresenceField;
import io.muster.registry.search.BooleanField;
import io.muster.registry.search.FilterField;
import io.muster.registry.search.JsonField;
import io.muster.registry.search.TagField;
import io.muster.registry.search.TextField;
import io.muster.registry.search.TimeField;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a filter may ask of a device, and where {@link #FROM} has it. {@code attributes.a.b} asks
 * for a member of a member, {@code shadow.reported.a.b} for one of the classic shadow, {@code
 * firmware.a} for the version of the installed module {@code a}.
 */
final class DeviceFields {
  /**
   * The tables and their names in the columns. Types, gateways and presence are of the same tenant;
   * saying so lets them be found by index.
   */
  static final String FROM =
      """
       FROM device d
       LEFT JOIN device_type t ON t.key = d.type_key AND t.tenant_key = d.tenant_key
       LEFT JOIN device g ON g.key = d.gateway_key AND g.tenant_key = d.tenant_key
       LEFT JOIN shadow s ON s.device_key = d.key AND s.name = ''
       LEFT JOIN presence p ON p.device_key = d.key AND p.tenant_key = d.tenant_key
       LEFT JOIN installed_firmware f ON f.device_key = d.key
      """;

  /** Documents, by what the names of their members begin with. */
  private static final Map<String, String> DOCUMENTS =
      Map.of(
          "attributes.", "d.attributes",
          "shadow.desired.", "s.desired",
          "shadow.reported.", "s.reported");

  /** What the names of installed modules come after; they may hold dots. */
  private static final String MODULE = "firmware.";

  private static final Map<String, FilterField> FIELDS =
      Map.of(
          "id", new TextField("d.id"),
          "type", new TextField("t.id"),
          "gateway", new TextField("g.id"),
          "tag", new TagField("d.tags"),
          "enabled", new BooleanField("d.enabled"),
          "createdAt", new TimeField("d.created_at"),
          "updatedAt", new TimeField("d.updated_at"),
          "presence", new PresenceField("p.status"),
          "lastSeen", new LastSeenField("p"),
          "firmware", new TagField("f.versions"));

  private DeviceFields() {}

  static Optional<FilterField> named(String name) {
    if (name.startsWith(MODULE) && name.length() > MODULE.length()) {
      return Optional.of(new ModuleVersionField("f.modules", name.substring(MODULE.length())));
    }
    return DOCUMENTS.entrySet().stream()
        .filter(document -> name.startsWith(document.getKey()))
        .findFirst()
        .map(document -> path(document.getValue(), name.substring(document.getKey().length())))
        .orElseGet(() -> Optional.ofNullable(FIELDS.get(name)));
  }

  private static Optional<FilterField> path(String column, String names) {
    List<String> path = Arrays.asList(names.split("\\.", -1));
    return path.contains("") ? Optional.empty() : Optional.of(new JsonField(column, path));
  }
}
