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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes readings of rows; remembers the names of field sets. Thread-safe. */
final class ReadingRowReader {
  private static final int FIELD_SET = 2;
  private static final int NUMBERS = 3;
  private static final int OTHER = 4;
  private static final int REMEMBERED = 5_000;

  /** Larger sets are looked up for each page: they would fill the memory. */
  private static final int REMEMBERED_BYTES = 4_096;

  private static final int STRING_BYTES = 56;

  private static final String NAMES =
      "SELECT key, names FROM field_set WHERE key = ANY ($1::integer[])";

  private final TwoGenerationCache<Integer, List<String>> remembered =
      new TwoGenerationCache<>(REMEMBERED);

  /** The names of the rows' numbers, by field set. */
  Future<Map<Integer, List<String>>> namesOf(SqlClient database, RowSet<Row> rows) {
    var names = new HashMap<Integer, List<String>>();
    var unknown = new HashSet<Integer>();
    for (var row : rows) {
      var key = row.getInteger(FIELD_SET);
      if (!names.containsKey(key) && !unknown.contains(key)) {
        var known = remembered.get(key);
        if (known == null) {
          unknown.add(key);
        } else {
          names.put(key, known);
        }
      }
    }
    return unknown.isEmpty()
        ? Future.succeededFuture(names)
        : lookUp(database, unknown).map(found -> addAll(names, found));
  }

  private static Map<Integer, List<String>> addAll(
      Map<Integer, List<String>> names, Map<Integer, List<String>> found) {
    names.putAll(found);
    return names;
  }

  private Future<Map<Integer, List<String>>> lookUp(SqlClient database, Set<Integer> unknown) {
    return database
        .preparedQuery(NAMES)
        .execute(Tuple.tuple().addArrayOfInteger(unknown.toArray(Integer[]::new)))
        .map(
            rows -> {
              var found = new HashMap<Integer, List<String>>();
              rows.forEach(row -> found.put(row.getInteger(0), List.of(row.getArrayOfStrings(1))));
              found.forEach(this::remember);
              return found;
            });
  }

  private void remember(Integer key, List<String> names) {
    if (names.stream().mapToInt(name -> STRING_BYTES + name.length()).sum() <= REMEMBERED_BYTES) {
      remembered.put(key, names);
    }
  }

  static StoredReading read(Row row, Map<Integer, List<String>> names, FieldFilter fields) {
    var values = new TreeMap<String, ReadingValue>();
    addNumbers(row, names.get(row.getInteger(FIELD_SET)), values);
    addOther(row, values);
    return new StoredReading(
        row.getOffsetDateTime(0).toInstant(), row.getUUID(1), fields.of(values));
  }

  private static void addNumbers(
      Row row, List<String> names, SortedMap<String, ReadingValue> values) {
    var numbers = row.getArrayOfDoubles(NUMBERS);
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
