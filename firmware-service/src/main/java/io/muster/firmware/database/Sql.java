package io.muster.firmware.database;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Statements on one connection, one after another; each waits for its answer. Times are {@link
 * Instant}s and bytes are {@code byte[]} here. Not thread-safe.
 */
public final class Sql {
  private final SqlConnection connection;
  private final Duration limit;

  Sql(SqlConnection connection, Duration limit) {
    this.connection = connection;
    this.limit = limit;
  }

  /** What a query finds. */
  public List<Row> rows(String sql, Object... values) {
    List<Row> found = new ArrayList<>();
    execute(sql, values).forEach(found::add);
    return found;
  }

  /** What a query finds, as something else. */
  public <T> List<T> rows(Function<Row, T> read, String sql, Object... values) {
    return rows(sql, values).stream().map(read).toList();
  }

  /** The first row. */
  public Optional<Row> first(String sql, Object... values) {
    var rows = execute(sql, values).iterator();
    return rows.hasNext() ? Optional.of(rows.next()) : Optional.empty();
  }

  /** The number in the first column of the only row. */
  public long number(String sql, Object... values) {
    return first(sql, values).orElseThrow().getLong(0);
  }

  /** How many rows a statement changed. */
  public int change(String sql, Object... values) {
    return execute(sql, values).rowCount();
  }

  /** For what is written in the reactive way, as the outbox. */
  public <T> T await(Function<SqlConnection, Uni<T>> work) {
    return work.apply(connection).await().atMost(limit);
  }

  /** A time as the service knows it; null stays null. */
  public static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  /** Bytes; null stays null. */
  public static byte[] bytes(Row row, String column) {
    var buffer = row.getBuffer(column);
    return buffer == null ? null : buffer.getBytes();
  }

  /** A column {@code text[]}; null is empty. */
  public static List<String> texts(Row row, String column) {
    var texts = row.getArrayOfStrings(column);
    return texts == null ? List.of() : List.of(texts);
  }

  private RowSet<Row> execute(String sql, Object... values) {
    var tuple = Tuple.tuple();
    for (var value : values) {
      tuple.addValue(stored(value));
    }
    return connection.preparedQuery(sql).execute(tuple).await().atMost(limit);
  }

  private static Object stored(Object value) {
    return switch (value) {
      case Instant instant -> OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
      case byte[] bytes -> Buffer.buffer(bytes);
      case List<?> texts -> texts.toArray(String[]::new);
      case null -> null;
      default -> value;
    };
  }
}
