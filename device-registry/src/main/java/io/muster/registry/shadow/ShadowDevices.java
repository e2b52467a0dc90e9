package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the rows of devices. Stateless. */
final class ShadowDevices {
  private static final String KEYS =
      """
      SELECT t.id AS tenant, d.id AS device, d.key
        FROM unnest($1::text[], $2::text[]) AS a (tenant, device)
        JOIN tenant t ON t.id = a.tenant
        JOIN device d ON d.tenant_key = t.key AND d.id = a.device""";

  private ShadowDevices() {}

  /** The keys of those that there are. */
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
              rows.forEach(
                  row ->
                      keys.put(
                          DeviceAddress.of(row.getString("tenant"), row.getString("device")),
                          row.getInteger("key")));
              return keys;
            });
  }

  /** Fails with 404 when there is none. */
  static Uni<Integer> require(SqlClient client, DeviceAddress device) {
    return keys(client, List.of(device))
        .map(
            keys -> {
              var key = keys.get(device);
              if (key == null) {
                throw new Refusal.Absent("There is no device '%s'.".formatted(device.device()))
                    .asException();
              }
              return key;
            });
  }
}
