package io.muster.ingest.devices;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** The table {@code device}, and a bounded cache of it. Thread-safe. */
public final class DeviceDirectory implements DeviceKeys {
  private static final String SELECT =
      """
      SELECT d.key, d.tenant, d.device
        FROM unnest($1::text[], $2::text[]) AS wanted (tenant, device)
        JOIN device d ON d.tenant = wanted.tenant AND d.device = wanted.device""";

  /**
   * Looks first, since a refused insert uses up a key as well. Of two that insert, one does and has
   * the key at once: a row of a deleted tenant may be gone before it is looked for.
   */
  private static final String INSERT =
      """
      INSERT INTO device (tenant, device)
      SELECT tenant, device FROM unnest($1::text[], $2::text[]) AS wanted (tenant, device)
       ORDER BY tenant, device
      ON CONFLICT DO NOTHING
      RETURNING key, tenant, device""";

  private final SqlClient shared;
  private final TwoGenerationCache<DeviceAddress, Integer> cache;

  /**
   * @param shared for look-ups outside of a batch
   * @param capacity how many keys are remembered
   */
  public DeviceDirectory(SqlClient shared, int capacity) {
    this.shared = shared;
    this.cache = new TwoGenerationCache<>(capacity);
  }

  /** The key when it is remembered, or null. */
  public Integer remembered(DeviceAddress device) {
    return cache.get(device);
  }

  /**
   * Finds or makes the keys of all, and remembers them as far as there is room.
   *
   * @return the key of each; of those, too, that are forgotten again by then
   */
  public Future<Map<DeviceAddress, Integer>> resolve(
      SqlClient connection, Collection<DeviceAddress> devices) {
    return find(connection, devices)
        .compose(found -> complete(connection, INSERT, devices, found))
        .compose(found -> complete(connection, SELECT, devices, found));
  }

  /** Adds what a statement gives for those that are missing, if any are. */
  private Future<Map<DeviceAddress, Integer>> complete(
      SqlClient connection,
      String sql,
      Collection<DeviceAddress> devices,
      Map<DeviceAddress, Integer> found) {
    if (found.size() == devices.size()) {
      return Future.succeededFuture(found);
    }
    var missing = new HashSet<>(devices);
    missing.removeAll(found.keySet());
    return keys(connection, sql, missing)
        .map(
            more -> {
              found.putAll(more);
              return found;
            });
  }

  /** The keys of those that are there. */
  private Future<Map<DeviceAddress, Integer>> find(
      SqlClient connection, Collection<DeviceAddress> devices) {
    return keys(connection, SELECT, devices);
  }

  private Future<Map<DeviceAddress, Integer>> keys(
      SqlClient connection, String sql, Collection<DeviceAddress> devices) {
    return connection
        .preparedQuery(sql)
        .execute(names(devices))
        .map(
            rows -> {
              var found = new HashMap<DeviceAddress, Integer>();
              for (var row : rows) {
                var device = DeviceAddress.of(row.getString(1), row.getString(2));
                cache.put(device, row.getInteger(0));
                found.put(device, row.getInteger(0));
              }
              return found;
            });
  }

  private static Tuple names(Collection<DeviceAddress> devices) {
    return Tuple.tuple()
        .addArrayOfString(
            devices.stream().map(device -> device.tenant().value()).toArray(String[]::new))
        .addArrayOfString(
            devices.stream().map(device -> device.device().value()).toArray(String[]::new));
  }

  /** Forgets all: after a reconnect it may be another database. */
  public void forget() {
    cache.clear();
  }

  @Override
  public Uni<Integer> keyOf(DeviceAddress device) {
    var key = cache.get(device);
    return key != null
        ? Uni.createFrom().item(key)
        : UniHelper.toUni(resolve(shared, List.of(device)).map(resolved -> resolved.get(device)));
  }

  /** The key of a device that has sent something; null for one that has not. */
  public Uni<Integer> findKey(DeviceAddress device) {
    var key = cache.get(device);
    return key != null
        ? Uni.createFrom().item(key)
        : UniHelper.toUni(find(shared, List.of(device)).map(found -> found.get(device)));
  }
}
