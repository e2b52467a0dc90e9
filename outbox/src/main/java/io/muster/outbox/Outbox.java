package io.muster.outbox;

import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
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
   * Inserts a batch from the arrays of {@link #batch}; the order of the arrays becomes the order of
   * the log. What is there already is left out, so a batch may be repeated when nobody knows
   * whether it was committed.
   */
  public static final String INSERT_BATCH =
      """
      INSERT INTO outbox (id, topic, qos, content_type, user_properties, payload, created_at,
                          user_property_list, payload_format, correlation_data, expires_at)
      SELECT id, topic, qos, content_type, user_properties::jsonb, payload, created_at,
             user_property_list::jsonb, payload_format, correlation_data, expires_at
        FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::bytea[],
                    $7::timestamptz[], $8::text[], $9::smallint[], $10::bytea[],
                    $11::timestamptz[])
             WITH ORDINALITY
          AS entry (id, topic, qos, content_type, user_properties, payload, created_at,
                    user_property_list, payload_format, correlation_data, expires_at, ordinal)
       ORDER BY ordinal
      ON CONFLICT (id) DO NOTHING\
      """;

  /**
   * Inserts one entry; the same as a native query for Hibernate Reactive, with the positional
   * parameters of {@link #row} in the same order. The inner cast makes the fifth a text: a jsonb
   * parameter would be written as a JSON string. Only for what {@link #row} takes.
   */
  public static final String INSERT_ONE =
      """
      INSERT INTO outbox (id, topic, qos, content_type, user_properties, payload, created_at)
      VALUES (?1, ?2, ?3, ?4, cast(cast(?5 AS text) AS jsonb), ?6, ?7)
      ON CONFLICT (id) DO NOTHING\
      """;

  private static final int COLUMNS = 7;

  private Outbox() {}

  /**
   * {@link #INSERT_ONE} for several entries at once, in their order: the parameters of {@link
   * #row}, one entry's after the other's. Each number is a statement of its own: use few.
   */
  public static String insert(int entries) {
    var text = new StringBuilder(INSERT_ONE.substring(0, INSERT_ONE.indexOf("VALUES")) + "VALUES");
    for (int i = 0; i < entries; i++) {
      var from = i * COLUMNS + 1;
      text.append(i == 0 ? " " : ", ")
          .append("(?%d, ?%d, ?%d, ?%d, ".formatted(from, from + 1, from + 2, from + 3))
          .append("cast(cast(?%d AS text) AS jsonb), ".formatted(from + 4))
          .append("?%d, ?%d)".formatted(from + 5, from + 6));
    }
    return text.append(" ON CONFLICT (id) DO NOTHING").toString();
  }

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
    var propertyList = new String[size];
    var payloadFormat = new Short[size];
    var correlationData = new Buffer[size];
    var expiresAt = new OffsetDateTime[size];
    for (int i = 0; i < size; i++) {
      var entry = entries.get(i);
      var carried = entry.carried();
      id[i] = entry.id();
      topic[i] = entry.topic();
      qos[i] = (short) entry.qos();
      contentType[i] = entry.contentType();
      userProperties[i] = json(entry.userProperties());
      payload[i] = Buffer.buffer(entry.payload());
      createdAt[i] = entry.createdAt().atOffset(ZoneOffset.UTC);
      propertyList[i] = list(entry.userProperties());
      payloadFormat[i] =
          carried.payloadFormat() == null ? null : carried.payloadFormat().shortValue();
      correlationData[i] =
          carried.correlationData() == null ? null : Buffer.buffer(carried.correlationData());
      expiresAt[i] =
          carried.expiresAt() == null ? null : carried.expiresAt().atOffset(ZoneOffset.UTC);
    }
    return Tuple.newInstance(
        io.vertx.sqlclient.Tuple.of(
            id,
            topic,
            qos,
            contentType,
            userProperties,
            payload,
            createdAt,
            propertyList,
            payloadFormat,
            correlationData,
            expiresAt));
  }

  /**
   * The values of {@link #INSERT_ONE}, the first for {@code ?1}; the fourth may be null and then
   * needs its type told ({@code setParameter(4, value, String.class)}).
   *
   * @throws IllegalArgumentException when the entry says more than these can: a user property
   *     twice, or {@link OutboxEntry#carried}; the order of user properties is not kept
   */
  public static Object[] row(OutboxEntry entry) {
    if (entry.userProperties().hasRepeatedNames()
        || !entry.carried().equals(CarriedProperties.NONE)) {
      throw new IllegalArgumentException("only a batch can hold all of " + entry);
    }
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

  /** For whoever reads it as it always was; of a name that comes more than once the last value. */
  private static String json(UserProperties userProperties) {
    return userProperties.isEmpty()
        ? "{}"
        : new JsonObject(new LinkedHashMap<String, Object>(userProperties.asMap())).encode();
  }

  /** Null when the object says all: {@code jsonb} keeps neither order nor repetitions. */
  private static String list(UserProperties userProperties) {
    return userProperties.size() < 2 ? null : new JsonArray(userProperties.pairs()).encode();
  }
}
