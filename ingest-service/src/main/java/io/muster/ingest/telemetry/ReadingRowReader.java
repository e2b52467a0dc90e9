package io.muster.ingest.telemetry;

import io.muster.contract.reading.ReadingValue;
import io.muster.ingest.devices.TwoGenerationCache;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes readings of rows; remembers the names of field sets. Thread-safe. */
final class ReadingRowReader {
  private static final int FIELD_SET = 2;
  private static final int NUMBERS = 3;
  private static final int OTHER = 4;
  private static final int REMEMBERED = 20_000;
  private static final String NAMES =
      "SELECT key, names FROM field_set WHERE key = ANY ($1::integer[])";

  private final SqlClient database;
  private final TwoGenerationCache<Integer, List<String>> names =
      new TwoGenerationCache<>(REMEMBERED);

  ReadingRowReader(SqlClient database) {
    this.database = database;
  }

  /** Looks up the names that the rows need. */
  Future<Void> prepare(RowSet<Row> rows) {
    var unknown = new HashSet<Integer>();
    for (var row : rows) {
      var key = row.getInteger(FIELD_SET);
      if (names.get(key) == null) {
        unknown.add(key);
      }
    }
    return unknown.isEmpty() ? Future.succeededFuture() : lookUp(unknown);
  }

  private Future<Void> lookUp(HashSet<Integer> unknown) {
    return database
        .preparedQuery(NAMES)
        .execute(Tuple.tuple().addArrayOfInteger(unknown.toArray(Integer[]::new)))
        .map(
            found -> {
              found.forEach(row -> names.put(row.getInteger(0), List.of(row.getArrayOfStrings(1))));
              return null;
            });
  }

  StoredReading read(Row row, FieldFilter fields) {
    var values = new TreeMap<String, ReadingValue>();
    addNumbers(row, values);
    addOther(row, values);
    return new StoredReading(
        row.getOffsetDateTime(0).toInstant(), row.getUUID(1), fields.of(values));
  }

  private void addNumbers(Row row, SortedMap<String, ReadingValue> values) {
    var numbers = row.getArrayOfDoubles(NUMBERS);
    var names = this.names.get(row.getInteger(FIELD_SET));
    for (int i = 0; i < numbers.length; i++) {
      values.put(names.get(i), new ReadingValue.Number(numbers[i]));
    }
  }

  private static void addOther(Row row, SortedMap<String, ReadingValue> values) {
    if (row.getValue(OTHER) instanceof JsonObject other) {
      other.forEach(member -> values.put(member.getKey(), value(member.getValue())));
    }
  }

  /** A number that jsonb writes as an integer may have been a double: then it is beyond 64 bits. */
  private static ReadingValue value(Object stored) {
    return switch (stored) {
      case Boolean flag -> new ReadingValue.Flag(flag);
      case Integer integer -> ReadingValue.ofInteger(integer);
      case Long integer -> ReadingValue.ofInteger(integer);
      case BigInteger integer -> new ReadingValue.Number(integer.doubleValue());
      case Number number -> new ReadingValue.Number(number.doubleValue());
      default -> new ReadingValue.Text(stored.toString());
    };
  }
}
