package io.muster.registry.search;

import java.util.List;

/**
 * The labels of a device, of which it has any number: equal means that it has that one.
 *
 * @param column an array of texts; null is none
 */
public record TagField(String column) implements FilterField {

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    var first = Arguments.storable(arguments.getFirst());
    switch (comparison) {
      case EQUAL, NOT_EQUAL -> {
        has(first, sql.add("("));
        sql.add(comparison.isNegative() ? ") IS NOT TRUE" : ")");
      }
      case IN, NOT_IN -> {
        var tags = arguments.stream().map(Arguments::storable).toArray(String[]::new);
        sql.add("(").add(column).add(" && ").value(tags).add("::text[])");
        sql.add(comparison.isNegative() ? " IS NOT TRUE" : "");
      }
      case EXISTS -> {
        sql.add("(").add(column).add(" <> '{}')");
        sql.add(Arguments.bool(first) ? "" : " IS NOT TRUE");
      }
      default -> throw new UnfitComparisonException("has no order: only == != =in= =out= =ex=");
    }
  }

  private void has(String tag, SqlText sql) {
    if (Wildcard.isIn(tag)) {
      sql.add("EXISTS (SELECT FROM unnest(").add(column).add(") AS tag WHERE tag LIKE ");
      sql.value(Wildcard.likePattern(tag)).add(")");
    } else {
      sql.add(column).add(" @> ").value(new String[] {Wildcard.plain(tag)}).add("::text[]");
    }
  }
}
