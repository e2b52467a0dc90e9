package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes entries to the table {@code outbox} of the current schema, in the caller's transaction:
 * they exist if and only if the change does that they tell of. After the commit the caller calls
 * {@link OutboxPublisher#wakeUp()}; without it they go out at the next poll.
 *
 * <p>Entries whose order matters (those of one device) are written in one batch, in order, or in
 * transactions that follow one another; of concurrent transactions neither comes first.
 */
public final class Outbox {

  /**
   * Inserts a batch from the seven arrays of {@link #batch}; the order of the arrays becomes the
   * order of the log. What is there already is left out, so a batch may be repeated when nobody
   * knows whether it was committed.
   */
  public static final String INSERT_BATCH =
      """
      INSERT INTO outbox (id, topic, qos, content_type, user_properties, payload, created_at)
      SELECT id, topic, qos, content_type, user_properties::jsonb, payload, created_at
        FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::bytea[],
                    $7::timestamptz[])
             WITH ORDINALITY
          AS entry (id, topic, qos, content_type, user_properties, payload, created_at, ordinal)
       ORDER BY ordinal
      ON CONFLICT (id) DO NOTHING""";

  /**
   * Inserts one entry; the same as a native query for Hibernate Reactive, with the positional
   * parameters of {@link #row} in the same order. The inner cast makes the fifth a text: a jsonb
   * parameter would be written as a JSON string.
   */
  public static final String INSERT_ONE =
      """
      INSERT INTO outbox (id, topic, qos, content_type, user_properties, payload, created_at)
      VALUES (?1, ?2, ?3, ?4, cast(cast(?5 AS text) AS jsonb), ?6, ?7)
      ON CONFLICT (id) DO NOTHING""";

  private Outbox() {}

  /**
   * Inserts the entries in order.
   *
   * @param transaction the connection on which the caller's transaction is open
   * @return the number of new rows; fails when the database refuses or is away
   */
  public static Uni<Integer> append(SqlClient transaction, List<OutboxEntry> entries) {
    if (entries.isEmpty()) {
      return Uni.createFrom().item(0);
    }
    return transaction
        .preparedQuery(INSERT_BATCH)
        .execute(batch(entries))
        .map(rows -> rows.rowCount());
  }

  /** The parameters of {@link #INSERT_BATCH}. */
  public static Tuple batch(List<OutboxEntry> entries) {
    var size = entries.size();
    var id = new UUID[size];
    var topic = new String[size];
    var qos = new Short[size];
    var contentType = new String[size];
    var userProperties = new String[size];
    var payload = new Buffer[size];
    var createdAt = new OffsetDateTime[size];
    for (int i = 0; i < size; i++) {
      var entry = entries.get(i);
      id[i] = entry.id();
      topic[i] = entry.topic();
      qos[i] = (short) entry.qos();
      contentType[i] = entry.contentType();
      userProperties[i] = json(entry.userProperties());
      payload[i] = Buffer.buffer(entry.payload());
      createdAt[i] = entry.createdAt().atOffset(ZoneOffset.UTC);
    }
    return Tuple.newInstance(
        io.vertx.sqlclient.Tuple.of(
            id, topic, qos, contentType, userProperties, payload, createdAt));
  }

  /**
   * The values of {@link #INSERT_ONE}, the first for {@code ?1}; the fourth may be null and then
   * needs its type told ({@code setParameter(4, value, String.class)}).
   */
  public static Object[] row(OutboxEntry entry) {
    return new Object[] {
      entry.id(),
      entry.topic(),
      (short) entry.qos(),
      entry.contentType(),
      json(entry.userProperties()),
      entry.payload(),
      entry.createdAt()
    };
  }

  private static String json(Map<String, String> userProperties) {
    return userProperties.isEmpty()
        ? "{}"
        : new JsonObject(Map.<String, Object>copyOf(userProperties)).encode();
  }
}
