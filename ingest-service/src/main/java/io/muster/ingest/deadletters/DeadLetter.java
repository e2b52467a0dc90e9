package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.DeadLetterReason;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A message that was not understood or not wanted, with the beginning of its payload.
 *
 * @param id unique; the same when the writing is repeated
 * @param publisher whose connection it came over
 * @param device whom its topic names, when it names one
 * @param topic the topic name as received
 * @param qos as received
 * @param contentType MQTT 5 content type, or null
 * @param userProperties MQTT 5 user properties, as many as are kept
 * @param payload its first bytes
 * @param payloadBytes how many bytes it had
 * @param reason why it is here
 * @param detail the reason in words, or null
 * @param receivedAt when
 */
public record DeadLetter(
    UUID id,
    DeviceAddress publisher,
    Optional<DeviceAddress> device,
    String topic,
    int qos,
    String contentType,
    Map<String, String> userProperties,
    byte[] payload,
    int payloadBytes,
    DeadLetterReason reason,
    String detail,
    Instant receivedAt) {

  /** No content type that means anything here comes near it (RFC 6838 §4.2). */
  private static final int MAX_CONTENT_TYPE_CHARS = 256;

  /** Room for a trace context with all its state, and for what a device says of itself. */
  private static final int MAX_PROPERTY_CHARS = 4_096;

  /**
   * The same with at most that many bytes of the payload, and no more of the properties than is of
   * use: they come from the device too, and may be as large as its packet.
   */
  public DeadLetter cutTo(int bytes) {
    return isWithin(bytes)
        ? this
        : new DeadLetter(
            id,
            publisher,
            device,
            topic,
            qos,
            cutContentType(),
            cutProperties(),
            payload.length <= bytes ? payload : Arrays.copyOf(payload, bytes),
            payloadBytes,
            reason,
            detail,
            receivedAt);
  }

  private boolean isWithin(int bytes) {
    return payload.length <= bytes
        && (contentType == null || contentType.length() <= MAX_CONTENT_TYPE_CHARS)
        && userProperties.entrySet().stream().mapToLong(DeadLetter::chars).sum()
            <= MAX_PROPERTY_CHARS;
  }

  private String cutContentType() {
    return contentType == null || contentType.length() <= MAX_CONTENT_TYPE_CHARS
        ? contentType
        : contentType.substring(0, MAX_CONTENT_TYPE_CHARS);
  }

  /** Whole ones, the first that fit: half a property would say something else. */
  private Map<String, String> cutProperties() {
    var left = MAX_PROPERTY_CHARS;
    Map<String, String> kept = new LinkedHashMap<>();
    for (var property : userProperties.entrySet()) {
      var chars = chars(property);
      if (chars <= left) {
        kept.put(property.getKey(), property.getValue());
        left -= chars;
      }
    }
    return kept;
  }

  private static int chars(Map.Entry<String, String> property) {
    return property.getKey().length() + property.getValue().length();
  }

  /** Whether bytes were cut off; then it cannot be replayed. */
  public boolean isCut() {
    return payload.length < payloadBytes;
  }

  /** Without the payload. */
  @Override
  public String toString() {
    return "DeadLetter[" + id + " " + reason.label() + ", " + payloadBytes + " bytes]";
  }
}
