package io.muster.ingest.telemetry;

import io.muster.ingest.paging.ReadPool;
import io.muster.ingest.paging.Rows;
import io.muster.ingest.paging.TimeCursor;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
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
 * Reads the table {@code reading}, always in pages along its primary key, bounded in rows and in
 * bytes: nothing is held open between two pages, whoever reads slowly holds up nobody. Thread-safe.
 */
@ApplicationScoped
class ReadingTable {
  private static final String PAGE =
      "SELECT * FROM reading_page($1, $2, $3, $4, $5, $6::text[], false, $7, $8)";
  private static final String LATEST =
      "SELECT * FROM reading_page($1, NULL, NULL, NULL, NULL, $2::text[], true, $3, $4)";
  private static final String ONE =
      "SELECT time, hash, field_set, numbers, other FROM reading"
          + " WHERE device_key = $1 AND time = $2 AND hash = $3";
  private static final int WEIGHT = 5;

  private static final String OF_RANGE = " WHERE device_key = $1 AND time >= $2 AND time < $3";
  private static final String NUMBER_NAMES =
      "SELECT DISTINCT unnest(names) FROM field_set WHERE key IN"
          + " (SELECT DISTINCT field_set FROM reading"
          + OF_RANGE
          + ") LIMIT $4";
  private static final String OTHER_NAMES =
      "SELECT DISTINCT jsonb_object_keys(other) FROM reading"
          + OF_RANGE
          + " AND other IS NOT NULL LIMIT $4";

  private final ReadPool pool;
  private final ReadingRowReader rows = new ReadingRowReader();

  ReadingTable(ReadPool pool) {
    this.pool = pool;
  }

  /** The readings after the cursor, in order of time: at most so many, and fewer large ones. */
  Uni<Rows<StoredReading>> page(
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
            .addArrayOfString(fields.isAll() ? null : fields.array())
            .addInteger(limit)
            .addLong(pool.pageBytes());
    return read(PAGE, parameters, fields);
  }

  /** The last readings, the newest first: at most so many, and fewer large ones. */
  Uni<Rows<StoredReading>> latest(int device, FieldFilter fields, int limit) {
    var parameters =
        Tuple.tuple()
            .addInteger(device)
            .addArrayOfString(fields.isAll() ? null : fields.array())
            .addInteger(limit)
            .addLong(pool.pageBytes());
    return read(LATEST, parameters, fields);
  }

  /** One reading, or null. */
  Uni<StoredReading> one(int device, Instant time, UUID hash) {
    var parameters = Tuple.of(device, time.atOffset(ZoneOffset.UTC), hash);
    return pool.read(
        connection ->
            connection
                .preparedQuery(ONE)
                .execute(parameters)
                .compose(found -> readings(connection, found, new FieldFilter(Set.of())))
                .map(found -> found.isEmpty() ? null : found.getFirst()));
  }

  /**
   * The names of all fields in the range; reads through all of it.
   *
   * @param most how many of the numbers' and of the others' names are looked for
   */
  Uni<SortedSet<String>> names(int device, TimeRange range, int most) {
    var parameters =
        Tuple.of(
            device,
            range.from().atOffset(ZoneOffset.UTC),
            range.to().atOffset(ZoneOffset.UTC),
            most);
    return pool.read(
        connection -> {
          var numbers = connection.preparedQuery(NUMBER_NAMES).execute(parameters);
          var others = connection.preparedQuery(OTHER_NAMES).execute(parameters);
          return Future.join(numbers, others)
              .map(
                  both -> {
                    var names = new TreeSet<String>();
                    numbers.result().forEach(row -> names.add(row.getString(0)));
                    others.result().forEach(row -> names.add(row.getString(0)));
                    return Collections.unmodifiableSortedSet(names);
                  });
        });
  }

  private Uni<Rows<StoredReading>> read(String sql, Tuple parameters, FieldFilter fields) {
    return pool.read(
        connection ->
            connection
                .preparedQuery(sql)
                .execute(parameters)
                .compose(
                    found ->
                        readings(connection, found, fields)
                            .map(readings -> new Rows<>(readings, isCut(found)))));
  }

  /** Whether the last row made the page as heavy as one may be. */
  private boolean isCut(RowSet<Row> found) {
    var weight = 0L;
    for (var row : found) {
      weight = row.getLong(WEIGHT);
    }
    return weight >= pool.pageBytes();
  }

  private Future<List<StoredReading>> readings(
      SqlConnection connection, RowSet<Row> found, FieldFilter fields) {
    return rows.namesOf(connection, found)
        .map(
            names -> {
              var readings = new ArrayList<StoredReading>(found.size());
              for (var row : found) {
                readings.add(ReadingRowReader.read(row, names, fields));
              }
              return readings;
            });
  }
}
