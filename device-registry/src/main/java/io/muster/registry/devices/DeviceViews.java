package io.muster.registry.devices;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceView;
import io.muster.registry.problem.Refusal;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Devices as other services see them. Past Hibernate: whole fleets are read here, and no entity of
 * them is needed. A stream holds one page in memory and waits for its reader. Thread-safe.
 */
@ApplicationScoped
class DeviceViews {
  private static final int PAGE = 1_000;
  private static final String SELECT =
      """
      SELECT t.id AS tenant, d.id AS device, d.enabled AND NOT t.suspended AS enabled,
             g.id AS gateway, d.version
        FROM tenant t
        JOIN device d ON d.tenant_key = t.key
        LEFT JOIN device g ON g.key = d.gateway_key
       WHERE t.id = $1""";
  private static final String ONE = SELECT + " AND d.id = $2";
  private static final String SOME = SELECT + " AND d.id > $2 ORDER BY d.id LIMIT $3";
  private static final String TENANT = "SELECT 1 FROM tenant WHERE id = $1";

  private final Pool pool;

  DeviceViews(Pool pool) {
    this.pool = pool;
  }

  Uni<DeviceView> read(DeviceAddress address) {
    return pool.preparedQuery(ONE)
        .execute(Tuple.of(address.tenant().value(), address.device().value()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw absent("There is no such device.");
              }
              return view(rows.iterator().next());
            });
  }

  Multi<DeviceView> stream(TenantId tenant) {
    return pool.preparedQuery(TENANT)
        .execute(Tuple.of(tenant.value()))
        .onItem()
        .transformToMulti(
            rows -> {
              if (rows.size() == 0) {
                throw absent("There is no such tenant.");
              }
              return pages(tenant);
            });
  }

  private Multi<DeviceView> pages(TenantId tenant) {
    return Multi.createBy()
        .repeating()
        .uni(() -> new AtomicReference<>(""), last -> page(tenant, last))
        .whilst(page -> page.size() == PAGE)
        .onItem()
        .disjoint();
  }

  private Uni<List<DeviceView>> page(TenantId tenant, AtomicReference<String> last) {
    return pool.preparedQuery(SOME)
        .execute(Tuple.of(tenant.value(), last.get(), PAGE))
        .map(
            rows -> {
              List<DeviceView> page = new ArrayList<>(rows.size());
              rows.forEach(row -> page.add(view(row)));
              if (!page.isEmpty()) {
                last.set(page.getLast().device().device().value());
              }
              return page;
            });
  }

  private static DeviceView view(Row row) {
    var gateway = row.getString("gateway");
    return new DeviceView(
        DeviceAddress.of(row.getString("tenant"), row.getString("device")),
        row.getBoolean("enabled"),
        gateway == null ? null : new DeviceId(gateway),
        row.getLong("version"));
  }

  private static RuntimeException absent(String detail) {
    return new Refusal.Absent(detail).asException();
  }
}
