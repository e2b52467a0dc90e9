package io.muster.registry.presence;

import io.muster.registry.search.Comparison;
import io.muster.registry.search.FilterField;
import io.muster.registry.search.SqlText;
import io.muster.registry.search.TimeField;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * When a device was last heard of. The time itself is in no index, since it changes all the time;
 * the day is, so an order asks for both.
 *
 * @param table that has {@code last_seen} and {@code seen_day}
 */
public record LastSeenField(String table) implements FilterField {

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    new TimeField(table + ".last_seen").compare(comparison, arguments, sql);
    switch (comparison) {
      case LESS, AT_MOST -> day(" <= ", table, arguments.getFirst(), sql);
      case GREATER, AT_LEAST -> day(" >= ", table, arguments.getFirst(), sql);
      case EQUAL -> day(" = ", table, arguments.getFirst(), sql);
      case NOT_EQUAL, IN, NOT_IN, EXISTS -> {}
    }
  }

  /** The time has been read before, so it is one. */
  private static void day(String operator, String table, String time, SqlText sql) {
    sql.add(" AND ").add(table).add(".seen_day").add(operator);
    sql.value(OffsetDateTime.parse(time).withOffsetSameInstant(ZoneOffset.UTC).toLocalDate());
  }
}
