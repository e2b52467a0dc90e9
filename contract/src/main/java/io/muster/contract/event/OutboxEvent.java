package io.muster.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * One entry of a service's log, as {@code GET /internal/v1/events?after=} serves it. The same
 * message goes out over MQTT as a wake-up; this log is what a consumer relies on.
 *
 * @param sequence its place in the log: from 1, without gaps, in the order of publication
 * @param id unique for ever; a consumer drops what it has seen
 * @param topic the MQTT topic name
 * @param qos as it was published
 * @param contentType MQTT 5 content type, or null
 * @param userProperties MQTT 5 user properties, W3C trace context among them; never null
 * @param payload the payload's bytes, never altered (Base64 in JSON)
 * @param createdAt when it was written
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OutboxEvent(
    long sequence,
    UUID id,
    String topic,
    int qos,
    String contentType,
    Map<String, String> userProperties,
    byte[] payload,
    Instant createdAt) {

  public OutboxEvent {
    userProperties = userProperties == null ? Map.of() : Map.copyOf(userProperties);
  }
}
