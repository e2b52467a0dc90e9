package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.vertx.mutiny.sqlclient.Row;
import java.util.HashMap;
import java.util.Map;

/** Reads rows of the outbox. */
final class OutboxRows {
  /** What {@link #event} needs. */
  static final String COLUMNS =
      "sequence, id, topic, qos, content_type, user_properties, payload, created_at";

  private OutboxRows() {}

  static OutboxEvent event(Row row) {
    Map<String, String> userProperties = new HashMap<>();
    row.getJsonObject("user_properties")
        .forEach(property -> userProperties.put(property.getKey(), "" + property.getValue()));
    return new OutboxEvent(
        row.getLong("sequence"),
        row.getUUID("id"),
        row.getString("topic"),
        row.getShort("qos"),
        row.getString("content_type"),
        userProperties,
        row.getBuffer("payload").getBytes(),
        row.getOffsetDateTime("created_at").toInstant());
  }
}
