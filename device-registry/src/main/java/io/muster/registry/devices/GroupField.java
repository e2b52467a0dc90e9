package io.muster.registry.devices;

import io.muster.registry.search.Comparison;
import io.muster.registry.search.Filter;
import io.muster.registry.search.FilterField;
import io.muster.registry.search.SqlText;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The groups to which a device belongs, of which there are any number: equal means that it belongs
 * to that one.
 *
 * @param groups those that are asked about, by id
 */
record GroupField(Map<String, Group> groups) implements FilterField {
  static final String NAME = "group";

  /**
   * A group.
   *
   * @param key of its row
   * @param filter who belongs; empty: its members
   */
  record Group(int key, Optional<Filter> filter) {}

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    switch (comparison) {
      case EQUAL, IN -> belongsToOne(arguments, sql.add("("));
      case NOT_EQUAL, NOT_IN -> belongsToOne(arguments, sql.add("NOT ("));
      default -> throw new UnfitComparisonException("has no order: only == != =in= =out= apply");
    }
    sql.add(")");
  }

  private void belongsToOne(List<String> ids, SqlText sql) {
    var between = "";
    for (var id : ids) {
      belongs(id, sql.add(between));
      between = " OR ";
    }
  }

  private void belongs(String id, SqlText sql) {
    var group = groups.get(id);
    if (group == null) {
      throw new UnfitComparisonException("is none of this tenant's: " + id);
    }
    if (group.filter().isPresent()) {
      // A condition may be null, of which NOT knows nothing.
      group.filter().get().write(DeviceFields::named, sql.add("("));
      sql.add(") IS TRUE");
    } else {
      sql.add("EXISTS (SELECT FROM device_group_member m WHERE m.device_key = d.key");
      sql.add(" AND m.group_key = ").value(group.key()).add(")");
    }
  }
}
