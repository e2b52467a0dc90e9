package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.ingest.intake.DeadLetterReason;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads and discards dead letters. Thread-safe. */
@ApplicationScoped
class DeadLetters {
  private static final String COLUMNS =
      "SELECT id, tenant, publisher, device, topic, qos, content_type, user_properties,"
          + " payload_bytes, reason, detail, received_at, ";

  /** Newest first: the id begins with the time. */
  private static final String PAGE =
      COLUMNS
          + """
          octet_length(payload) < payload_bytes
            FROM dead_letter
           WHERE tenant = $1 AND id < $2
             AND ($3::text IS NULL OR publisher = $3 OR device = $3)
             AND ($4::text IS NULL OR reason = $4)
           ORDER BY id DESC LIMIT $5""";

  private static final String ONE =
      COLUMNS + "payload FROM dead_letter WHERE tenant = $1 AND id = $2";
  private static final String DELETE = "DELETE FROM dead_letter WHERE tenant = $1 AND id = $2";

  private final Pool pool;

  DeadLetters(Pool pool) {
    this.pool = pool;
  }

  /**
   * Those before a letter, the newest first.
   *
   * @param device of or over whom, or null
   * @param reason or null
   */
  Uni<List<DeadLetterItem>> page(
      TenantId tenant, UUID before, String device, DeadLetterReason reason, int limit) {
    var parameters =
        Tuple.tuple()
            .addString(tenant.value())
            .addUUID(before)
            .addString(device)
            .addString(reason == null ? null : reason.label())
            .addInteger(limit);
    return UniHelper.toUni(
        pool.preparedQuery(PAGE)
            .execute(parameters)
            .map(
                rows -> {
                  var items = new ArrayList<DeadLetterItem>();
                  rows.forEach(
                      row ->
                          items.add(
                              DeadLetterItem.brief(letter(row, new byte[0]), row.getBoolean(12))));
                  return items;
                }));
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
