package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.paging.ReadPool;
import io.muster.ingest.paging.Rows;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads and discards dead letters. Thread-safe. */
@ApplicationScoped
class DeadLetters {
  /**
   * Newest first: the id begins with the time. Without what a list does not show. Ends when its
   * rows weigh enough, since a topic name may have 64 KiB.
   */
  private static final String PAGE =
      """
      SELECT id, tenant, publisher, device, topic, qos, content_type, '{}'::jsonb,
             payload_bytes, reason, detail, received_at, kept < payload_bytes, weighed::bigint
        FROM (SELECT *, sum(weight) OVER (ORDER BY id DESC ROWS UNBOUNDED PRECEDING) AS weighed
                FROM (SELECT id, tenant, publisher, device, topic, qos, content_type,
                             payload_bytes, reason, detail, received_at,
                             octet_length(payload) AS kept,
                             512::bigint + 2 * octet_length(topic)
                               + 2 * coalesce(octet_length(content_type), 0)
                               + 2 * coalesce(octet_length(detail), 0) AS weight
                        FROM dead_letter
                       WHERE tenant = $1 AND id < $2
                         AND ($3::text IS NULL OR publisher = $3 OR device = $3)
                         AND ($4::text IS NULL OR reason = $4)
                       ORDER BY id DESC LIMIT $5) AS found) AS page
       WHERE weighed - weight < $6::bigint
       ORDER BY id DESC""";

  private static final int WEIGHED = 13;

  private static final String ONE =
      """
      SELECT id, tenant, publisher, device, topic, qos, content_type, user_properties,
             payload_bytes, reason, detail, received_at, payload
        FROM dead_letter WHERE tenant = $1 AND id = $2""";

  private static final String DELETE = "DELETE FROM dead_letter WHERE tenant = $1 AND id = $2";

  private final Pool pool;
  private final ReadPool reads;

  DeadLetters(Pool pool, ReadPool reads) {
    this.pool = pool;
    this.reads = reads;
  }

  /**
   * Those before a letter, the newest first: at most so many, and fewer large ones.
   *
   * @param device of or over whom, or null
   * @param reason or null
   */
  Uni<Rows<DeadLetterItem>> page(
      TenantId tenant, UUID before, String device, DeadLetterReason reason, int limit) {
    var parameters =
        Tuple.tuple()
            .addString(tenant.value())
            .addUUID(before)
            .addString(device)
            .addString(reason == null ? null : reason.label())
            .addInteger(limit)
            .addLong(reads.pageBytes());
    return reads.read(
        connection -> connection.preparedQuery(PAGE).execute(parameters).map(this::items));
  }

  private Rows<DeadLetterItem> items(RowSet<Row> rows) {
    var items = new ArrayList<DeadLetterItem>();
    var weighed = 0L;
    for (var row : rows) {
      items.add(DeadLetterItem.brief(letter(row, new byte[0]), row.getBoolean(12)));
      weighed = row.getLong(WEIGHED);
    }
    return new Rows<>(items, weighed >= reads.pageBytes());
  }

  /** One with its payload, or null. */
  Uni<DeadLetter> find(TenantId tenant, UUID id) {
    return UniHelper.toUni(
        pool.preparedQuery(ONE)
            .execute(Tuple.of(tenant.value(), id))
            .map(
                rows ->
                    rows.size() == 0
                        ? null
                        : letter(
                            rows.iterator().next(),
                            rows.iterator().next().getBuffer(12).getBytes())));
  }

  /** Whether there was one. */
  Uni<Boolean> discard(TenantId tenant, UUID id) {
    return UniHelper.toUni(
        pool.preparedQuery(DELETE)
            .execute(Tuple.of(tenant.value(), id))
            .map(rows -> rows.rowCount() == 1));
  }

  private static DeadLetter letter(Row row, byte[] payload) {
    var tenant = row.getString(1);
    return new DeadLetter(
        row.getUUID(0),
        DeviceAddress.of(tenant, row.getString(2)),
        Optional.ofNullable(row.getString(3)).map(device -> DeviceAddress.of(tenant, device)),
        row.getString(4),
        row.getShort(5),
        row.getString(6),
        properties(row.getJsonObject(7)),
        payload,
        row.getInteger(8),
        DeadLetterReason.of(row.getString(9)),
        row.getString(10),
        row.getOffsetDateTime(11).toInstant());
  }

  private static Map<String, String> properties(JsonObject stored) {
    var properties = new HashMap<String, String>();
    stored.forEach(entry -> properties.put(entry.getKey(), String.valueOf(entry.getValue())));
    return properties;
  }
}
