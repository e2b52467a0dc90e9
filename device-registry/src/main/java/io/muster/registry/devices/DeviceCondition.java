package io.muster.registry.devices;

import io.muster.registry.search.Filter;
import io.muster.registry.search.FilterField;
import io.muster.registry.search.SqlText;
import java.util.Map;
import java.util.Optional;

/**
 * Which devices are meant: those of a tenant that fit a filter, with all that the filter names
 * looked up. Immutable.
 *
 * @param tenantKey of the tenant
 * @param filter empty: all
 * @param groups the groups that the filter names
 */
public record DeviceCondition(
    int tenantKey, Optional<Filter> filter, Map<String, GroupField.Group> groups) {
  public DeviceCondition {
    groups = Map.copyOf(groups);
  }

  /** Writes {@link DeviceFields#FROM} and the condition. */
  public void write(SqlText sql) {
    sql.add(DeviceFields.FROM).add(" WHERE d.tenant_key = ").value(tenantKey);
    filter.ifPresent(it -> it.write(this::field, sql.add(" AND ")));
  }

  private Optional<FilterField> field(String name) {
    return name.equals(GroupField.NAME)
        ? Optional.of(new GroupField(groups))
        : DeviceFields.named(name);
  }
}
