package io.muster.ingest.intake;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToIntFunction;

/** The events of a batch as columns. */
final class EventRows {
  static final String INSERT =
      """
      INSERT INTO event (device_key, time, id, received_at, content_type, user_properties, payload)
      SELECT device_key, time, id, received_at, content_type, user_properties::jsonb, payload
        FROM unnest($1::integer[], $2::timestamptz[], $3::uuid[], $4::timestamptz[], $5::text[],
                    $6::text[], $7::bytea[])
          AS row (device_key, time, id, received_at, content_type, user_properties, payload)
      ON CONFLICT DO NOTHING""";

  private EventRows() {}

  static Tuple parameters(List<Content.Event> events, ToIntFunction<Content.Event> deviceKey) {
    var n = events.size();
    var device = new Integer[n];
    var time = new OffsetDateTime[n];
    var id = new UUID[n];
    var receivedAt = new OffsetDateTime[n];
    var contentType = new String[n];
    var properties = new String[n];
    var payload = new Buffer[n];
    for (int i = 0; i < n; i++) {
      var event = events.get(i);
      device[i] = deviceKey.applyAsInt(event);
      time[i] = event.time().atOffset(ZoneOffset.UTC);
      id[i] = event.id();
      receivedAt[i] = event.publication().receivedAt().atOffset(ZoneOffset.UTC);
      contentType[i] = event.publication().contentType();
      properties[i] = json(event.publication().userProperties().asMap());
      payload[i] = Buffer.buffer(event.publication().payload());
    }
    return Tuple.tuple()
        .addArrayOfInteger(device)
        .addArrayOfOffsetDateTime(time)
        .addArrayOfUUID(id)
        .addArrayOfOffsetDateTime(receivedAt)
        .addArrayOfString(contentType)
        .addArrayOfString(properties)
        .addArrayOfBuffer(payload);
  }

  private static String json(Map<String, String> properties) {
    return properties.isEmpty()
        ? "{}"
        : new JsonObject(Map.<String, Object>copyOf(properties)).encode();
  }
}
