package io.muster.registry.bulk;

import io.muster.contract.id.DeviceId;
import io.muster.registry.bulk.RowDemand.Device;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads devices and types for many rows at once, past Hibernate. Stateless. */
final class DeviceTable {
  /** Before the devices, as everybody who touches several rows does. */
  private static final String LOCK_TENANT =
      "SELECT key, max_devices, device_count FROM tenant WHERE id = $1 FOR NO KEY UPDATE";

  private static final String COUNT_UP =
      "UPDATE tenant SET device_count = device_count + $2 WHERE key = $1";

  /** In the order of ids: two that lock several never wait for one another in a circle. */
  private static final String LOCK_DEVICES =
      "SELECT key FROM device WHERE tenant_key = $1 AND id = ANY($2) ORDER BY id"
          + " FOR NO KEY UPDATE";

  /** After the lock, in a statement of its own: what the lock has waited for is seen. */
  private static final String READ =
      """
      SELECT d.key, d.id, d.version, d.enabled, d.type_key, t.id AS type, d.gateway_key,
             g.id AS gateway, d.tags, d.attributes
        FROM device d
        LEFT JOIN device_type t ON t.key = d.type_key
        LEFT JOIN device g ON g.key = d.gateway_key
       WHERE d.tenant_key = $1 AND d.id = ANY($2)\
      """;

  private static final String KEYS =
      "SELECT id, key FROM device WHERE tenant_key = $1 AND id = ANY($2)";

  /** A type that is named here must not go before the commit. */
  private static final String TYPES =
      "SELECT id, key FROM device_type WHERE tenant_key = $1 AND id = ANY($2) ORDER BY id"
          + " FOR KEY SHARE";

  private static final String NEW_KEYS =
      "SELECT nextval(pg_get_serial_sequence('device', 'key'))::integer AS key"
          + " FROM generate_series(1, $1::integer)";

  private DeviceTable() {}

  /**
   * A tenant whose row is locked.
   *
   * @param maxDevices null: the platform's default
   */
  record Tenant(int key, Integer maxDevices, int devices) {}

  /** Null when there is none. */
  static Tenant lock(Sql sql, String id) {
    for (var row : sql.rows(LOCK_TENANT, id)) {
      return new Tenant(
          row.getInteger("key"), row.getInteger("max_devices"), row.getInteger("device_count"));
    }
    return null;
  }

  static void countUp(Sql sql, int tenantKey, int devices) {
    if (devices > 0) {
      sql.rows(COUNT_UP, tenantKey, devices);
    }
  }

  /** The devices that rows are about, locked; by their ids. */
  static Map<String, DeviceDraft> read(Sql sql, int tenantKey, Collection<String> ids) {
    var drafts = new HashMap<String, DeviceDraft>();
    var wanted = ids.toArray(String[]::new);
    if (sql.rows(LOCK_DEVICES, tenantKey, wanted).size() == 0) {
      return drafts;
    }
    for (var row : sql.rows(READ, tenantKey, wanted)) {
      var state =
          new DeviceDraft.State(
              row.getBoolean("enabled"),
              row.getString("type"),
              row.getInteger("type_key"),
              row.getString("gateway"),
              row.getInteger("gateway_key"),
              List.of(row.getArrayOfStrings("tags")),
              row.get(JsonObject.class, "attributes"));
      var id = new DeviceId(row.getString("id"));
      drafts.put(
          id.value(), DeviceDraft.stored(id, row.getInteger("key"), state, row.getLong("version")));
    }
    return drafts;
  }

  /** The keys of the types that rows name. */
  static Map<String, Integer> types(Sql sql, int tenantKey, List<Device> rows) {
    return keys(sql, TYPES, tenantKey, named(rows, "type", Set.of()));
  }

  /** The keys of the gateways that rows name and that are none of the devices given. */
  static Map<String, Integer> gateways(
      Sql sql, int tenantKey, List<Device> rows, Set<String> without) {
    return keys(sql, KEYS, tenantKey, named(rows, "gateway", without));
  }

  private static Set<String> named(List<Device> rows, String member, Set<String> without) {
    var named = new HashSet<String>();
    for (var row : rows) {
      var id = row.named(member);
      if (id != null && !without.contains(id)) {
        named.add(id);
      }
    }
    return named;
  }

  private static Map<String, Integer> keys(
      Sql sql, String question, int tenantKey, Set<String> ids) {
    var keys = new HashMap<String, Integer>();
    if (!ids.isEmpty()) {
      sql.rows(question, tenantKey, ids.toArray(String[]::new))
          .forEach(row -> keys.put(row.getString("id"), row.getInteger("key")));
    }
    return keys;
  }

  /** Keys for devices that are about to be made: so one can be the gateway of the next. */
  static List<Integer> newKeys(Sql sql, int count) {
    var keys = new ArrayList<Integer>(count);
    if (count > 0) {
      sql.rows(NEW_KEYS, count).forEach(row -> keys.add(row.getInteger("key")));
    }
    return keys;
  }
}
