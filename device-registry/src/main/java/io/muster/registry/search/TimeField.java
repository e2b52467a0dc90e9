package io.muster.registry.search;

import java.util.List;

/**
 * A column of times.
 *
 * @param column as SQL knows it
 */
public record TimeField(String column) implements FilterField {

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    var first = arguments.getFirst();
    switch (comparison) {
      case EQUAL -> sql.add(column).add(" = ").value(Arguments.time(first));
      case NOT_EQUAL -> sql.add(column).add(" IS DISTINCT FROM ").value(Arguments.time(first));
      case EXISTS -> sql.add(column).add(Arguments.bool(first) ? " IS NOT NULL" : " IS NULL");
      case LESS, AT_MOST, GREATER, AT_LEAST ->
          sql.add(column).add(comparison.sql()).value(Arguments.time(first));
      case IN, NOT_IN ->
          throw new UnfitComparisonException("is a time, to which =in= and =out= do not apply");
    }
  }
}
