package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.vertx.mutiny.sqlclient.Row;

/** Reads rows of the outbox. */
final class OutboxRows {
  /** What {@link #event} needs. */
  static final String COLUMNS =
      "sequence, id, topic, qos, content_type, user_properties, payload, created_at,"
          + " user_property_list, payload_format, correlation_data, expires_at";

  private OutboxRows() {}

  static OutboxEvent event(Row row) {
    return new OutboxEvent(
        row.getLong("sequence"),
        row.getUUID("id"),
        row.getString("topic"),
        row.getShort("qos"),
        row.getString("content_type"),
        userProperties(row),
        row.getBuffer("payload").getBytes(),
        row.getOffsetDateTime("created_at").toInstant(),
        carried(row));
  }

  /** Older rows, and those with one property, have no list. */
  private static UserProperties userProperties(Row row) {
    var list = row.getJsonArray("user_property_list");
    return UserProperties.fromJson(
        list == null ? row.getJsonObject("user_properties").getMap() : list);
  }

  private static CarriedProperties carried(Row row) {
    var format = row.getShort("payload_format");
    var correlation = row.getBuffer("correlation_data");
    var expiresAt = row.getOffsetDateTime("expires_at");
    return format == null && correlation == null && expiresAt == null
        ? CarriedProperties.NONE
        : new CarriedProperties(
            format == null ? null : format.intValue(),
            correlation == null ? null : correlation.getBytes(),
            expiresAt == null ? null : expiresAt.toInstant());
  }
}
