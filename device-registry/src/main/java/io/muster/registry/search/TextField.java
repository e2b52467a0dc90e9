package io.muster.registry.search;

import java.util.List;

/**
 * A column of text.
 *
 * @param column as SQL knows it, such as {@code d.id}
 */
public record TextField(String column) implements FilterField {

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    var text = Arguments.storable(arguments.getFirst());
    switch (comparison) {
      case EQUAL -> equal(text, sql);
      case NOT_EQUAL -> {
        sql.add("(");
        equal(text, sql);
        sql.add(") IS NOT TRUE");
      }
      case IN -> among(arguments, sql);
      case NOT_IN -> {
        sql.add("(");
        among(arguments, sql);
        sql.add(") IS NOT TRUE");
      }
      case EXISTS -> sql.add(column).add(Arguments.bool(text) ? " IS NOT NULL" : " IS NULL");
      case LESS, AT_MOST, GREATER, AT_LEAST -> sql.add(column).add(comparison.sql()).value(text);
    }
  }

  private void equal(String text, SqlText sql) {
    if (Wildcard.isIn(text)) {
      sql.add(column).add(" LIKE ").value(Wildcard.likePattern(text));
    } else {
      sql.add(column).add(" = ").value(Wildcard.plain(text));
    }
  }

  private void among(List<String> arguments, SqlText sql) {
    var texts = arguments.stream().map(Arguments::storable).toArray(String[]::new);
    sql.add(column).add(" = ANY(").value(texts).add(")");
  }
}
