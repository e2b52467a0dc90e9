package io.muster.registry.search;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * SQL that is being written, and the values that its {@code $1}, {@code $2} and so on stand for.
 * What came from outside gets in as a value and never as text. For one thread.
 */
public final class SqlText {
  // A filter of the greatest length stays below; one that names dynamic groups has theirs in it.
  private static final int MAX_VALUES = 8_192;
  private static final int MAX_CHARACTERS = 524_288;

  private final StringBuilder text = new StringBuilder();
  private final List<Object> values = new ArrayList<>();

  /** Appends text of this service's own. */
  public SqlText add(String sql) {
    text.append(sql);
    return requireRoom();
  }

  /** Appends the place of a value. */
  public SqlText value(Object value) {
    values.add(value);
    text.append('$').append(values.size());
    return requireRoom();
  }

  private SqlText requireRoom() {
    if (values.size() > MAX_VALUES || text.length() > MAX_CHARACTERS) {
      throw new Refusal.Malformed(
              "A parameter has a value that it cannot have.",
              List.of(
                  FieldError.in(
                      "filter", "asks for too much at once, with the filters of its groups")))
          .asException();
    }
    return this;
  }

  /** What has been written. */
  public String text() {
    return text.toString();
  }

  /** The values in the order of their places. */
  public Tuple values() {
    return Tuple.from(values);
  }
}
