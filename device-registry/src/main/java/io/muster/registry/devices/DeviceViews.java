package io.muster.registry.devices;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceView;
import io.muster.registry.search.Filter;
import io.muster.registry.search.SqlText;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Devices as other services see them. Past Hibernate: whole fleets are read here, and no entity of
 * them is needed. A stream holds one page in memory and waits for its reader. Thread-safe.
 */
@ApplicationScoped
class DeviceViews {
  private static final int PAGE = 1_000;
  private static final String COLUMNS =
      """
      SELECT d.id, g.id AS gateway, d.version,
             d.enabled AND NOT (SELECT suspended FROM tenant WHERE key = d.tenant_key) AS enabled
      """;
  private static final String ONE =
      COLUMNS
          + """
           FROM device d
           JOIN tenant t ON t.key = d.tenant_key
           LEFT JOIN device g ON g.key = d.gateway_key
          WHERE t.id = $1 AND d.id = $2
          """;

  private final DeviceConditions conditions;
  private final Pool pool;

  DeviceViews(Pool pool, DeviceConditions conditions) {
    this.pool = pool;
    this.conditions = conditions;
  }

  Uni<DeviceView> read(DeviceAddress address) {
    return pool.preparedQuery(ONE)
        .execute(Tuple.of(address.tenant().value(), address.device().value()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw absent("There is no such device.");
              }
              return view(address.tenant(), rows.iterator().next());
            });
  }

  /**
   * Those that fit, in the order of their ids; fails with 404 when there is no such tenant.
   *
   * @param filter empty: all
   */
  Multi<DeviceView> stream(TenantId tenant, Optional<Filter> filter) {
    return conditions
        .of(tenant, filter)
        .onItem()
        .transformToMulti(condition -> pages(tenant, condition));
  }

  private Multi<DeviceView> pages(TenantId tenant, DeviceCondition condition) {
    return Multi.createBy()
        .repeating()
        .uni(() -> new AtomicReference<>(""), last -> page(tenant, condition, last))
        .whilst(page -> page.size() == PAGE)
        .onItem()
        .disjoint();
  }

  private Uni<List<DeviceView>> page(
      TenantId tenant, DeviceCondition condition, AtomicReference<String> last) {
    var sql = new SqlText().add(COLUMNS);
    condition.write(sql);
    sql.add(" AND d.id > ").value(last.get()).add(" ORDER BY d.id LIMIT ").value(PAGE);
    return pool.preparedQuery(sql.text())
        .execute(sql.values())
        .map(
            rows -> {
              List<DeviceView> page = new ArrayList<>(rows.size());
              rows.forEach(row -> page.add(view(tenant, row)));
              if (!page.isEmpty()) {
                last.set(page.getLast().device().device().value());
              }
              return page;
            });
  }

  private static DeviceView view(TenantId tenant, Row row) {
    var gateway = row.getString("gateway");
    return new DeviceView(
        new DeviceAddress(tenant, new DeviceId(row.getString("id"))),
        row.getBoolean("enabled"),
        gateway == null ? null : new DeviceId(gateway),
        row.getLong("version"));
  }

  private static RuntimeException absent(String detail) {
    return new Refusal.Absent(detail).asException();
  }
}
