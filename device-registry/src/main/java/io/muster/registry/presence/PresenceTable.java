package io.muster.registry.presence;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The tables {@code presence} and {@code presence_connection}, read and locked; {@link
 * PresenceWriter} writes them. Past Hibernate: whole fleets at a time. Whoever locks several rows
 * locks them in the order of their keys. Stateless.
 */
final class PresenceTable {
  private static final String KEYS =
      """
      SELECT t.id AS tenant, d.id AS device, d.key
        FROM unnest($1::text[], $2::text[]) AS a (tenant, device)
        JOIN tenant t ON t.id = a.tenant
        JOIN device d ON d.tenant_key = t.key AND d.id = a.device\
      """;
  // Keeps the devices from being deleted before rows refer to them.
  private static final String HOLD_DEVICES =
      "SELECT key FROM device WHERE key = ANY($1) ORDER BY key FOR KEY SHARE";
  private static final String PLACE =
      """
      INSERT INTO presence (device_key)
      SELECT d.key FROM device d
       WHERE d.key = ANY($1) AND NOT EXISTS (SELECT FROM presence p WHERE p.device_key = d.key)
       ORDER BY d.key
      ON CONFLICT DO NOTHING\
      """;
  private static final String LOCK =
      """
      SELECT p.device_key, t.id AS tenant, d.id AS device, y.heartbeat_seconds, p.status, p.since,
             p.reason, p.last_seen, p.keep_alive_seconds, p.heard_by, p.changes, p.look_at
        FROM presence p
        JOIN device d ON d.key = p.device_key
        JOIN tenant t ON t.key = d.tenant_key
        LEFT JOIN device_type y ON y.key = d.type_key
       WHERE p.device_key = ANY($1)
       ORDER BY p.device_key FOR UPDATE OF p\
      """;
  private static final String CONNECTIONS =
      """
      SELECT device_key, client, epoch, replica, boot_id, began_at, ended_at
        FROM presence_connection WHERE device_key = ANY($1)\
      """;

  private PresenceTable() {}

  /** The keys of those devices that there are. */
  static Uni<Map<DeviceAddress, Integer>> keys(
      SqlClient client, Collection<DeviceAddress> devices) {
    return client
        .preparedQuery(KEYS)
        .execute(
            Tuple.of(
                devices.stream().map(it -> it.tenant().value()).toArray(String[]::new),
                devices.stream().map(it -> it.device().value()).toArray(String[]::new)))
        .map(
            rows -> {
              Map<DeviceAddress, Integer> keys = new HashMap<>();
              rows.forEach(row -> keys.put(address(row), row.getInteger("key")));
              return keys;
            });
  }

  private static DeviceAddress address(Row row) {
    return DeviceAddress.of(row.getString("tenant"), row.getString("device"));
  }

  /** Reads the presence of devices and locks it until the transaction ends. */
  static Uni<List<DevicePresence>> lock(SqlClient transaction, SortedSet<Integer> deviceKeys) {
    var keys = Tuple.of((Object) deviceKeys.toArray(Integer[]::new));
    return transaction
        .preparedQuery(HOLD_DEVICES)
        .execute(keys)
        .chain(() -> transaction.preparedQuery(PLACE).execute(keys))
        .chain(() -> transaction.preparedQuery(LOCK).execute(keys))
        .chain(
            rows ->
                connections(transaction, keys)
                    .map(
                        connections -> {
                          List<DevicePresence> locked = new ArrayList<>(rows.size());
                          rows.forEach(row -> locked.add(presence(row, connections)));
                          return locked;
                        }));
  }

  private static DevicePresence presence(
      Row row, Map<Integer, Map<String, KnownConnection>> connections) {
    var key = row.getInteger("device_key");
    var place = new DevicePresence.Place(key, address(row), row.getInteger("heartbeat_seconds"));
    var state =
        new PresenceState(
            PresenceStatus.stored(row.getString("status")),
            instant(row, "since"),
            row.getString("reason"),
            instant(row, "last_seen"),
            row.getInteger("keep_alive_seconds"),
            row.getUUID("heard_by"),
            row.getLong("changes"),
            instant(row, "look_at"));
    return new DevicePresence(place, state, connections.getOrDefault(key, Map.of()));
  }

  private static Uni<Map<Integer, Map<String, KnownConnection>>> connections(
      SqlClient transaction, Tuple keys) {
    return transaction
        .preparedQuery(CONNECTIONS)
        .execute(keys)
        .map(
            rows -> {
              Map<Integer, Map<String, KnownConnection>> found = new HashMap<>();
              rows.forEach(
                  row ->
                      found
                          .computeIfAbsent(row.getInteger("device_key"), key -> new HashMap<>())
                          .put(row.getString("client"), connection(row)));
              return found;
            });
  }

  static KnownConnection connection(Row row) {
    return new KnownConnection(
        row.getLong("epoch"),
        row.getString("replica"),
        row.getUUID("boot_id"),
        instant(row, "began_at"),
        instant(row, "ended_at"));
  }

  static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  static OffsetDateTime utc(Instant time) {
    return time == null ? null : time.atOffset(ZoneOffset.UTC);
  }

  /** The key of the device that there is. */
  static Uni<Optional<Integer>> key(SqlClient client, DeviceAddress device) {
    return keys(client, List.of(device)).map(keys -> Optional.ofNullable(keys.get(device)));
  }
}
