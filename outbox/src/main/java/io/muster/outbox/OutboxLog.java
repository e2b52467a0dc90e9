package io.muster.outbox;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The log that {@code GET /internal/v1/events?after=&limit=} serves: all that was numbered and is
 * still kept, whether the broker has it or not. Thread-safe.
 */
public final class OutboxLog {
  /** The most events in one page. */
  public static final int MAX_PAGE = 1_000;

  /** The most payload in one page; a page holds at least one event, however large. */
  static final int MAX_PAGE_BYTES = 4 * 1024 * 1024;

  // The bounds come from the same snapshot as the rows, since one statement sees one state.
  private static final String PAGE =
      """
      WITH bounds AS (
        SELECT last_sequence,
               coalesce((SELECT min(sequence) FROM outbox WHERE sequence IS NOT NULL),
                        last_sequence + 1) AS oldest
          FROM outbox_counter),
      page AS (
        SELECT sequence, id, topic, qos, content_type, user_properties, payload, created_at,
               user_property_list, payload_format, correlation_data, expires_at,
               sum(length(payload)) OVER (ORDER BY sequence) - length(payload) AS bytes_before
          FROM (SELECT * FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2) AS candidate)
      SELECT bounds.last_sequence, bounds.oldest, page.*
        FROM bounds LEFT JOIN page ON page.bytes_before < $3
       ORDER BY page.sequence\
      """;

  private static final String ID = "SELECT id FROM outbox WHERE sequence = $1";

  // Only a prefix is ever trimmed, so that the log has no holes behind `oldest`.
  private static final String TRIM =
      """
      WITH head AS MATERIALIZED (
        SELECT sequence, settled_at IS NOT NULL AND settled_at < now() - $1::bigint * interval '1 ms' AS old
          FROM outbox WHERE sequence IS NOT NULL ORDER BY sequence LIMIT $2)
      DELETE FROM outbox
       WHERE sequence IN (
         SELECT sequence FROM head
          WHERE sequence < coalesce((SELECT min(sequence) FROM head WHERE NOT old),
                                    9223372036854775807))\
      """;

  private final Pool pool;

  public OutboxLog(Pool pool) {
    this.pool = pool;
  }

  /**
   * Reads on from a position.
   *
   * @param after the last sequence that the reader has; 0 for all that is kept; {@link
   *     Long#MAX_VALUE} to learn where the log ends now
   * @param limit at most so many; more than {@value #MAX_PAGE} or less than 1 is brought into range
   * @return {@code next} is smaller than {@code after} only when the log ends before it: the
   *     reader's position is of another log (or asked for the end)
   */
  public Uni<EventPage> page(long after, int limit) {
    return page(after, limit, MAX_PAGE_BYTES);
  }

  /**
   * The same with another bound on the payloads.
   *
   * @param maxBytes the most payload, more than {@value #MAX_PAGE_BYTES} is brought into range; a
   *     page holds at least one event, however large
   */
  public Uni<EventPage> page(long after, int limit, int maxBytes) {
    var events = Math.clamp(limit, 1, MAX_PAGE);
    long bytes = Math.clamp(maxBytes, 1, MAX_PAGE_BYTES);
    return pool.preparedQuery(PAGE)
        .execute(Tuple.of(Math.max(0, after), events, bytes))
        .map(rows -> toPage(rows, after));
  }

  /** The id of one event, by which it is known again; empty when it is not kept. */
  public Uni<Optional<UUID>> idAt(long sequence) {
    return pool.preparedQuery(ID)
        .execute(Tuple.of(sequence))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(rows.iterator().next().getUUID(0)));
  }

  /** The last sequence that was given; 0 before the first. */
  public Uni<Long> lastSequence() {
    return page(Long.MAX_VALUE, 1).map(EventPage::next);
  }

  /**
   * Deletes what was settled longer ago than that, the oldest first; never what the broker does not
   * have, nor anything behind it.
   *
   * @param limit how many rows at most
   * @return how many rows
   */
  public Uni<Integer> trim(Duration keepFor, int limit) {
    return trim(pool, keepFor, limit);
  }

  static Uni<Integer> trim(SqlClient db, Duration keepFor, int limit) {
    return db.preparedQuery(TRIM)
        .execute(Tuple.of(keepFor.toMillis(), limit))
        .map(rows -> rows.rowCount());
  }

  private static EventPage toPage(RowSet<Row> rows, long after) {
    List<OutboxEvent> items = new ArrayList<>(rows.size());
    long last = 0;
    long oldest = 1;
    for (var row : rows) {
      last = row.getLong("last_sequence");
      oldest = row.getLong("oldest");
      if (row.getLong("sequence") != null) {
        items.add(OutboxRows.event(row));
      }
    }
    var next = items.isEmpty() ? Math.min(after, last) : items.getLast().sequence();
    return new EventPage(items, next, oldest);
  }
}
