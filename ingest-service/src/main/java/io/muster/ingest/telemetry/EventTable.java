package io.muster.ingest.telemetry;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.muster.ingest.paging.ReadPool;
import io.muster.ingest.paging.Rows;
import io.muster.ingest.paging.TimeCursor;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/** Reads the table {@code event}. Thread-safe. */
@ApplicationScoped
class EventTable {
  /**
   * Ends when its rows weigh enough. The weight is about the bytes of memory that an event takes: a
   * payload that is JSON becomes objects.
   */
  private static final String PAGE =
      """
      SELECT id, time, received_at, content_type, user_properties, payload, weighed::bigint
        FROM (SELECT *, sum(weight) OVER (ORDER BY time, id ROWS UNBOUNDED PRECEDING) AS weighed
                FROM (SELECT id, time, received_at, content_type, user_properties, payload,
                             256::bigint + 4 * octet_length(payload)
                               + 4 * octet_length(user_properties::text)
                               + coalesce(octet_length(content_type), 0) AS weight
                        FROM event
                       WHERE device_key = $1 AND time >= $2 AND time < $3 AND (time, id) > ($4, $5)
                       ORDER BY time, id LIMIT $6) AS found) AS page
       WHERE weighed - weight < $7::bigint
       ORDER BY time, id""";

  private static final int WEIGHED = 6;

  private final ReadPool pool;

  /** Strict: what it reads is shown as JSON, and must be the same bytes in another dress. */
  private final ObjectReader json =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build()
          .reader();

  EventTable(ReadPool pool) {
    this.pool = pool;
  }

  /** The events after the cursor, in order of time: at most so many, and fewer large ones. */
  Uni<Rows<EventItem>> page(int device, TimeRange range, TimeCursor after, int limit) {
    var parameters =
        Tuple.tuple()
            .addInteger(device)
            .addOffsetDateTime(range.from().atOffset(ZoneOffset.UTC))
            .addOffsetDateTime(range.to().atOffset(ZoneOffset.UTC))
            .addOffsetDateTime(after.time().atOffset(ZoneOffset.UTC))
            .addUUID(after.id())
            .addInteger(limit)
            .addLong(pool.pageBytes());
    return pool.read(
        connection -> connection.preparedQuery(PAGE).execute(parameters).map(this::items));
  }

  private Rows<EventItem> items(RowSet<Row> rows) {
    var items = new ArrayList<EventItem>();
    var weighed = 0L;
    for (var row : rows) {
      items.add(item(row));
      weighed = row.getLong(WEIGHED);
    }
    return new Rows<>(items, weighed >= pool.pageBytes());
  }

  private EventItem item(Row row) {
    var payload = row.getBuffer(5).getBytes();
    var data = tree(payload);
    return new EventItem(
        row.getUUID(0),
        time(row, 1),
        time(row, 2),
        row.getString(3),
        properties(row.getJsonObject(4)),
        data,
        data == null ? payload : null);
  }

  private static Instant time(Row row, int column) {
    return row.getOffsetDateTime(column).toInstant();
  }

  private static Map<String, String> properties(JsonObject stored) {
    if (stored.isEmpty()) {
      return null;
    }
    var properties = new HashMap<String, String>();
    stored.forEach(entry -> properties.put(entry.getKey(), String.valueOf(entry.getValue())));
    return properties;
  }

  private JsonNode tree(byte[] payload) {
    try {
      var tree = json.readTree(payload);
      return tree == null || tree.isMissingNode() ? null : tree;
    } catch (IOException | IllegalArgumentException notJson) {
      return null;
    }
  }
}
