package io.muster.registry.devices;

import io.muster.contract.id.GroupId;
import io.muster.contract.id.TenantId;
import io.muster.registry.devices.GroupField.Group;
import io.muster.registry.search.Filter;
import io.muster.registry.search.SqlText;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks up what a filter names. Thread-safe. */
@ApplicationScoped
public class DeviceConditions {
  private static final String TENANT = "SELECT key FROM tenant WHERE id = $1";
  private static final String GROUPS =
      "SELECT id, key, filter FROM device_group WHERE tenant_key = $1 AND id = ANY($2)";

  private final Pool pool;

  DeviceConditions(Pool pool) {
    this.pool = pool;
  }

  /**
   * Refuses a filter that could not belong to a group: one that names groups would depend on others
   * and could go round in a circle.
   *
   * @throws io.muster.rest.problem.RefusedException with 400 when it is wrong
   */
  public static void checkForGroup(Filter filter) {
    new DeviceCondition(0, Optional.of(filter), Map.of()).write(new SqlText());
  }

  /**
   * Writes which devices belong to a group, from {@code FROM} on, for the caller to go on: devices
   * are {@code d}. Fails with 404 when there is no such tenant, with 400 when there is no such
   * group.
   *
   * @param columns of what is selected
   */
  public Uni<SqlText> select(TenantId tenant, GroupId group, String columns) {
    // An id has no letter that would need quotes.
    return of(tenant, Optional.of(Filter.read(GroupField.NAME + "==" + group)))
        .map(
            condition -> {
              var sql = new SqlText().add(columns);
              condition.write(sql);
              return sql;
            });
  }

  /** Fails with 404 when there is no such tenant. */
  public Uni<DeviceCondition> of(TenantId tenant, Optional<Filter> filter) {
    return tenantKey(tenant)
        .chain(
            key ->
                groups(key, filter.map(it -> it.argumentsOf(GroupField.NAME)).orElse(Set.of()))
                    .map(groups -> new DeviceCondition(key, filter, groups)));
  }

  private Uni<Integer> tenantKey(TenantId tenant) {
    return pool.preparedQuery(TENANT)
        .execute(Tuple.of(tenant.value()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw new Refusal.Absent("There is no tenant '%s'.".formatted(tenant))
                    .asException();
              }
              return rows.iterator().next().getInteger(0);
            });
  }

  private Uni<Map<String, Group>> groups(int tenantKey, Collection<String> ids) {
    if (ids.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return pool.preparedQuery(GROUPS)
        .execute(Tuple.of(tenantKey, ids.toArray(String[]::new)))
        .map(
            rows -> {
              var groups = new HashMap<String, Group>();
              for (var row : rows) {
                var filter = Optional.ofNullable(row.getString("filter")).map(Filter::read);
                groups.put(row.getString("id"), new Group(row.getInteger("key"), filter));
              }
              return groups;
            });
  }
}
