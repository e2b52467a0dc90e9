package io.muster.registry.search;

import java.util.List;

/**
 * Something that holds or does not.
 *
 * @param condition a condition of SQL, never null
 */
public record BooleanField(String condition) implements FilterField {

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    var wanted =
        switch (comparison) {
          case EQUAL -> Arguments.bool(arguments.getFirst());
          case NOT_EQUAL -> !Arguments.bool(arguments.getFirst());
          default -> throw new UnfitComparisonException("is true or false: only == and != apply");
        };
    sql.add(wanted ? "(" : "NOT (").add(condition).add(")");
  }
}
