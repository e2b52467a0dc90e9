package io.muster.ingest.sessions;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.LinkedHashMap;

/** Wills as rows, and back. Stateless. */
final class WillRows {
  private static final String LEAVE_WILL =
      """
      INSERT INTO mqtt_will (epoch, client_identifier, topic, payload, qos, retain, content_type,
        user_properties, delay_seconds, user_property_list, payload_format, correlation_data,
        expiry_seconds)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      """;

  /** What of a will is published, in the names of the columns. */
  static final String PUBLISHED =
      "epoch, client_identifier, topic, payload, qos, retain, content_type, user_properties,"
          + " user_property_list, payload_format, correlation_data, expiry_seconds";

  private WillRows() {}

  static Uni<?> insert(SqlClient db, long epoch, ClientIdentifier client, StoredWill will) {
    var properties = will.userProperties();
    var format = will.carried().payloadFormat();
    return db.preparedQuery(LEAVE_WILL)
        .execute(
            Tuple.tuple()
                .addLong(epoch)
                .addString(client.value())
                .addString(will.topic())
                .addBuffer(Buffer.buffer(will.payload()))
                .addShort((short) will.qos())
                .addBoolean(will.retain())
                .addString(will.contentType())
                // For a replica of before, which knows no list.
                .addJsonObject(new JsonObject(new LinkedHashMap<>(properties.asMap())))
                .addLong(will.delaySeconds())
                .addJsonArray(properties.size() < 2 ? null : new JsonArray(properties.pairs()))
                .addShort(format == null ? null : format.shortValue())
                .addValue(buffer(will.carried().correlationData()))
                .addLong(will.expirySeconds() < 0 ? null : will.expirySeconds()));
  }

  /** Not as a buffer of Mutiny: its tuple takes none that is null. */
  private static io.vertx.core.buffer.Buffer buffer(byte[] bytes) {
    return bytes == null ? null : io.vertx.core.buffer.Buffer.buffer(bytes);
  }

  static UserProperties userProperties(Row row) {
    var list = row.getJsonArray("user_property_list");
    return UserProperties.fromJson(
        list == null ? row.getJsonObject("user_properties").getMap() : list);
  }

  /**
   * @param publishedAt when its expiry begins (MQTT 5 §3.1.3.2.4)
   */
  static CarriedProperties carried(Row row, Instant publishedAt) {
    var format = row.getShort("payload_format");
    var correlation = row.getBuffer("correlation_data");
    var expiry = row.getLong("expiry_seconds");
    return new CarriedProperties(
        format == null ? null : format.intValue(),
        correlation == null ? null : correlation.getBytes(),
        expiry == null ? null : publishedAt.plusSeconds(expiry));
  }
}
