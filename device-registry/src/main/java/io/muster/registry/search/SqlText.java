package io.muster.registry.search;

import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * SQL that is being written, and the values that its {@code $1}, {@code $2} and so on stand for.
 * What came from outside gets in as a value and never as text. For one thread.
 */
public final class SqlText {
  private final StringBuilder text = new StringBuilder();
  private final List<Object> values = new ArrayList<>();

  /** Appends text of this service's own. */
  public SqlText add(String sql) {
    text.append(sql);
    return this;
  }

  /** Appends the place of a value. */
  public SqlText value(Object value) {
    values.add(value);
    text.append('$').append(values.size());
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
