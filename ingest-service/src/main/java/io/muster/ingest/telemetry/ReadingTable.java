package io.muster.ingest.telemetry;

import io.muster.ingest.paging.TimeCursor;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Reads the table {@code reading}, always in pages along its primary key: nothing is held open
 * between two pages, whoever reads slowly holds up nobody. Thread-safe.
 */
@ApplicationScoped
class ReadingTable {
  private static final String COLUMNS = "SELECT time, hash, field_set, numbers, other FROM reading";
  private static final String OF_RANGE = " WHERE device_key = $1 AND time >= $2 AND time < $3";
  private static final String AFTER = " AND (time, hash) > ($4, $5)";
  private static final String WITH_FIELDS =
      " AND (field_set IN (SELECT key FROM field_set WHERE names && %1$s::text[])"
          + " OR other ?| %1$s::text[])";

  private static final String PAGE = COLUMNS + OF_RANGE + AFTER + " ORDER BY time, hash LIMIT $6";
  private static final String PAGE_WITH_FIELDS =
      COLUMNS + OF_RANGE + AFTER + WITH_FIELDS.formatted("$7") + " ORDER BY time, hash LIMIT $6";

  private static final String LATEST =
      COLUMNS + " WHERE device_key = $1 ORDER BY time DESC, hash DESC LIMIT $2";
  private static final String LATEST_WITH_FIELDS =
      COLUMNS
          + " WHERE device_key = $1"
          + WITH_FIELDS.formatted("$3")
          + " ORDER BY time DESC, hash DESC LIMIT $2";

  private static final String NUMBER_NAMES =
      "SELECT DISTINCT unnest(names) FROM field_set WHERE key IN"
          + " (SELECT DISTINCT field_set FROM reading"
          + OF_RANGE
          + ")";
  private static final String OTHER_NAMES =
      "SELECT DISTINCT jsonb_object_keys(other) FROM reading" + OF_RANGE + " AND other IS NOT NULL";

  private final Pool pool;
  private final ReadingRowReader rows;

  ReadingTable(Pool pool) {
    this.pool = pool;
    this.rows = new ReadingRowReader(pool);
  }

  /** The readings after the cursor, in order of time, at most so many. */
  Uni<List<StoredReading>> page(
      int device, TimeRange range, FieldFilter fields, TimeCursor after, int limit) {
    // The partitions before the cursor need not even be planned for.
    var from = after.time().isAfter(range.from()) ? after.time() : range.from();
    var parameters =
        Tuple.tuple()
            .addInteger(device)
            .addOffsetDateTime(from.atOffset(ZoneOffset.UTC))
            .addOffsetDateTime(range.to().atOffset(ZoneOffset.UTC))
            .addOffsetDateTime(after.time().atOffset(ZoneOffset.UTC))
            .addUUID(after.id())
            .addInteger(limit);
    if (!fields.isAll()) {
      parameters.addArrayOfString(fields.array());
    }
    return read(fields.isAll() ? PAGE : PAGE_WITH_FIELDS, parameters, fields);
  }

  /** The last readings, the newest first. */
  Uni<List<StoredReading>> latest(int device, FieldFilter fields, int limit) {
    var parameters = Tuple.tuple().addInteger(device).addInteger(limit);
    if (!fields.isAll()) {
      parameters.addArrayOfString(fields.array());
    }
    return read(fields.isAll() ? LATEST : LATEST_WITH_FIELDS, parameters, fields);
  }

  /** One reading, or null. */
  Uni<StoredReading> one(int device, Instant time, UUID hash) {
    var parameters =
        Tuple.tuple()
            .addInteger(device)
            .addOffsetDateTime(time.atOffset(ZoneOffset.UTC))
            .addUUID(hash);
    return read(
            COLUMNS + " WHERE device_key = $1 AND time = $2 AND hash = $3",
            parameters,
            new FieldFilter(Set.of()))
        .map(found -> found.isEmpty() ? null : found.getFirst());
  }

  /** The names of all fields in the range; reads through all of it. */
  Uni<SortedSet<String>> names(int device, TimeRange range) {
    var parameters =
        Tuple.of(
            device, range.from().atOffset(ZoneOffset.UTC), range.to().atOffset(ZoneOffset.UTC));
    var numbers = pool.preparedQuery(NUMBER_NAMES).execute(parameters);
    var others = pool.preparedQuery(OTHER_NAMES).execute(parameters);
    return UniHelper.toUni(
        Future.all(numbers, others)
            .map(
                both -> {
                  var names = new TreeSet<String>();
                  numbers.result().forEach(row -> names.add(row.getString(0)));
                  others.result().forEach(row -> names.add(row.getString(0)));
                  return Collections.unmodifiableSortedSet(names);
                }));
  }

  private Uni<List<StoredReading>> read(String sql, Tuple parameters, FieldFilter fields) {
    return UniHelper.toUni(
        pool.preparedQuery(sql)
            .execute(parameters)
            .compose(found -> rows.prepare(found).map(prepared -> readings(found, fields))));
  }

  private List<StoredReading> readings(RowSet<Row> found, FieldFilter fields) {
    var readings = new ArrayList<StoredReading>(found.size());
    for (var row : found) {
      readings.add(rows.read(row, fields));
    }
    return readings;
  }
}
