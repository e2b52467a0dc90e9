package io.muster.registry.search;

import java.util.List;

/**
 * The labels of a device, of which it has any number: equal means that it has that one.
 *
 * @param column an array of texts, never null
 */
public record TagField(String column) implements FilterField {

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    var first = Arguments.storable(arguments.getFirst());
    switch (comparison) {
      case EQUAL, NOT_EQUAL -> {
        sql.add(comparison.isNegative() ? "NOT (" : "(");
        has(first, sql);
        sql.add(")");
      }
      case IN, NOT_IN -> {
        var tags = arguments.stream().map(Arguments::storable).toArray(String[]::new);
        sql.add(comparison.isNegative() ? "NOT (" : "(");
        sql.add(column).add(" && ").value(tags).add("::text[])");
      }
      case EXISTS -> sql.add(column).add(Arguments.bool(first) ? " <> '{}'" : " = '{}'");
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
