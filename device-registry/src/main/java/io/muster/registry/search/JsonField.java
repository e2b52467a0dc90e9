package io.muster.registry.search;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * A member of a JSON document. A filter has no types, so {@code 3} finds the number and the text,
 * {@code true} the truth value and the text. An order compares numbers with numbers and texts with
 * texts; what is of another type is in no order.
 *
 * @param column a jsonb object, with an index for {@code @>}
 * @param path the names of the members from the outside in, at least one
 */
public record JsonField(String column, List<String> path) implements FilterField {
  public JsonField {
    path = List.copyOf(path);
  }

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    var first = Arguments.storable(arguments.getFirst());
    switch (comparison) {
      case EQUAL, NOT_EQUAL, IN, NOT_IN -> {
        sql.add("(");
        equalToOne(arguments, sql);
        sql.add(comparison.isNegative() ? ") IS NOT TRUE" : ")");
      }
      case EXISTS -> {
        sql.add(column).add(" #> ").value(pathArray()).add("::text[] ");
        sql.add(Arguments.bool(first) ? "IS NOT NULL" : "IS NULL");
      }
      case LESS, AT_MOST, GREATER, AT_LEAST -> order(comparison, first, sql);
    }
  }

  private void equalToOne(List<String> arguments, SqlText sql) {
    for (int i = 0; i < arguments.size(); i++) {
      sql.add(i == 0 ? "" : " OR ");
      equal(Arguments.storable(arguments.get(i)), sql);
    }
  }

  private void equal(String text, SqlText sql) {
    if (Wildcard.isIn(text)) {
      sql.add(column).add(" #>> ").value(pathArray()).add("::text[] LIKE ");
      sql.value(Wildcard.likePattern(text));
      return;
    }
    contains(Wildcard.plain(text), sql);
    Arguments.number(text).ifPresent(number -> contains(number, sql.add(" OR ")));
    if (text.equals("true") || text.equals("false")) {
      contains(Boolean.valueOf(text), sql.add(" OR "));
    }
  }

  private void contains(Object value, SqlText sql) {
    sql.add(column).add(" @> ").value(nested(value)).add("::jsonb");
  }

  private JsonObject nested(Object value) {
    var inner = value;
    for (var name : path.reversed()) {
      inner = new JsonObject().put(name, inner);
    }
    return (JsonObject) inner;
  }

  /** The case keeps the cast from what is no number. */
  private void order(Comparison comparison, String text, SqlText sql) {
    var number = Arguments.number(text);
    sql.add("CASE jsonb_typeof(").add(column).add(" #> ").value(pathArray()).add("::text[]) WHEN ");
    sql.add(number.isPresent() ? "'number'" : "'string'").add(" THEN (");
    sql.add(column).add(" #>> ").value(pathArray()).add("::text[])");
    if (number.isPresent()) {
      sql.add("::numeric").add(comparison.sql()).value(number.get()).add("::numeric END");
    } else {
      sql.add(" COLLATE \"C\"").add(comparison.sql()).value(text).add(" END");
    }
  }

  private String[] pathArray() {
    return path.toArray(String[]::new);
  }
}
