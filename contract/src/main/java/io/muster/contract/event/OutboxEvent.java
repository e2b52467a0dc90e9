package io.muster.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import java.time.Duration;
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
 * @param payloadFormat MQTT 5 payload format indicator, 0 or 1, or null
 * @param correlationData MQTT 5 correlation data (Base64 in JSON), or null
 * @param expiresAt when it is of no use any more (MQTT 5 message expiry), or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OutboxEvent(
    long sequence,
    UUID id,
    String topic,
    int qos,
    String contentType,
    UserProperties userProperties,
    byte[] payload,
    Instant createdAt,
    Integer payloadFormat,
    byte[] correlationData,
    Instant expiresAt) {

  public OutboxEvent {
    userProperties = userProperties == null ? UserProperties.NONE : userProperties;
  }

  /** With what else the broker gets. */
  public OutboxEvent(
      long sequence,
      UUID id,
      String topic,
      int qos,
      String contentType,
      UserProperties userProperties,
      byte[] payload,
      Instant createdAt,
      CarriedProperties carried) {
    this(
        sequence,
        id,
        topic,
        qos,
        contentType,
        userProperties,
        payload,
        createdAt,
        carried.payloadFormat(),
        carried.correlationData(),
        carried.expiresAt());
  }

  /** With user properties that come once, in any order, and nothing else. */
  public OutboxEvent(
      long sequence,
      UUID id,
      String topic,
      int qos,
      String contentType,
      Map<String, String> userProperties,
      byte[] payload,
      Instant createdAt) {
    this(
        sequence,
        id,
        topic,
        qos,
        contentType,
        UserProperties.of(userProperties),
        payload,
        createdAt,
        CarriedProperties.NONE);
  }

  /**
   * For how long it is of use from a time on, as a message expiry has it: in whole seconds, rounded
   * up, and at least one; null for ever.
   */
  public Duration left(Instant now) {
    if (expiresAt == null) {
      return null;
    }
    var left = Duration.between(now, expiresAt);
    return Duration.ofSeconds(Math.max(1, left.plusNanos(999_999_999).toSeconds()));
  }

  /** What else the broker gets. */
  public CarriedProperties carried() {
    return new CarriedProperties(payloadFormat, correlationData, expiresAt);
  }
}
