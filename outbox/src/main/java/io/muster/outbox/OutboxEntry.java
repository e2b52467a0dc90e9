package io.muster.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.PlatformTopic;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * A message to be written to the outbox. Whoever makes one must not change the payload's bytes
 * afterwards.
 *
 * @param id unique for ever and kept when the writing is retried, since a row with the same id is
 *     written once; {@link EventIds} gives ids that an index likes
 * @param topic the MQTT topic name
 * @param qos with which it is published, 0 to 2
 * @param contentType MQTT 5 content type, or null
 * @param userProperties MQTT 5 user properties, W3C trace context among them
 * @param payload goes out as it is
 * @param createdAt when it happened
 * @param carried what else the broker gets; one that expires before is given up like one that
 *     waited for too long
 */
public record OutboxEntry(
    UUID id,
    String topic,
    int qos,
    String contentType,
    UserProperties userProperties,
    byte[] payload,
    Instant createdAt,
    CarriedProperties carried) {

  public OutboxEntry {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(createdAt, "createdAt");
    if (topic == null || topic.isEmpty()) {
      throw new IllegalArgumentException("a message has a topic name");
    }
    if (qos < 0 || qos > 2) {
      throw new IllegalArgumentException("QoS is 0, 1 or 2");
    }
    userProperties = userProperties == null ? UserProperties.NONE : userProperties;
    carried = carried == null ? CarriedProperties.NONE : carried;
  }

  /** With user properties that come once, in any order, and nothing else. */
  public OutboxEntry(
      UUID id,
      String topic,
      int qos,
      String contentType,
      Map<String, String> userProperties,
      byte[] payload,
      Instant createdAt) {
    this(
        id,
        topic,
        qos,
        contentType,
        userProperties == null ? UserProperties.NONE : UserProperties.of(userProperties),
        payload,
        createdAt,
        CarriedProperties.NONE);
  }

  /** What another log of the same service holds, to be written as it is, under its own id. */
  public static OutboxEntry of(OutboxEvent event) {
    return new OutboxEntry(
        event.id(),
        event.topic(),
        event.qos(),
        event.contentType(),
        event.userProperties(),
        event.payload(),
        event.createdAt(),
        event.carried());
  }

  /**
   * An event of the service itself, as a CloudEvent in structured JSON mode at QoS 1.
   *
   * @param id of the entry and of the CloudEvent
   * @param topic {@code platform/{service}/{event}/{tenant}[/{device}]}
   * @param data a record of the contract, written with {@link ContractJson}
   * @param time when it happened
   * @param userProperties trace context; may be empty
   * @throws IllegalArgumentException when the data cannot be written as JSON
   */
  public static OutboxEntry event(
      UUID id, PlatformTopic topic, Object data, Instant time, Map<String, String> userProperties) {
    var event =
        new CloudEvent(
            "1.0",
            id,
            "/muster/" + topic.service(),
            "io.muster." + topic.service() + "." + topic.event().replace('/', '.'),
            topic.tenant() + topic.device().map(device -> "/" + device).orElse(""),
            time,
            "application/json",
            ContractJson.mapper().valueToTree(data));
    return new OutboxEntry(
        id, topic.name(), 1, CloudEvent.CONTENT_TYPE, userProperties, bytes(event), time);
  }

  private static byte[] bytes(CloudEvent event) {
    try {
      return ContractJson.mapper().writeValueAsBytes(event);
    } catch (JsonProcessingException unwritable) {
      throw new IllegalArgumentException("not to be written as JSON: " + event.type(), unwritable);
    }
  }

  /** Without the payload, which may hold anything. */
  @Override
  public String toString() {
    return "OutboxEntry[" + id + " " + topic + ", " + payload.length + " bytes]";
  }
}
