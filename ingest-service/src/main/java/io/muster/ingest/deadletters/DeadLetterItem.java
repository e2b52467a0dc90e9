package io.muster.ingest.deadletters;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A dead letter as it is shown.
 *
 * @param id its name in this interface
 * @param publisher the device over whose connection it came
 * @param device whom its topic names; null when it names none
 * @param topic the topic name as received
 * @param qos as received
 * @param contentType MQTT 5 content type, or null
 * @param userProperties MQTT 5 user properties; null in lists
 * @param reason why it was not kept
 * @param detail the reason in words, or null
 * @param receivedAt when it arrived
 * @param payloadBytes how many bytes the payload had
 * @param cut whether the bytes after the first ones were not kept; then it cannot be replayed
 * @param payload its first bytes, in Base64; null in lists
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "DeadLetter")
public record DeadLetterItem(
    UUID id,
    String publisher,
    String device,
    String topic,
    int qos,
    String contentType,
    Map<String, String> userProperties,
    String reason,
    String detail,
    Instant receivedAt,
    int payloadBytes,
    boolean cut,
    byte[] payload) {

  static DeadLetterItem whole(DeadLetter letter) {
    return of(letter, letter.userProperties(), letter.payload(), letter.isCut());
  }

  /** For lists: without the payload, of which only the length was read. */
  static DeadLetterItem brief(DeadLetter letter, boolean cut) {
    return of(letter, null, null, cut);
  }

  private static DeadLetterItem of(
      DeadLetter letter, Map<String, String> properties, byte[] payload, boolean cut) {
    return new DeadLetterItem(
        letter.id(),
        letter.publisher().device().value(),
        letter.device().map(device -> device.device().value()).orElse(null),
        letter.topic(),
        letter.qos(),
        letter.contentType(),
        properties,
        letter.reason().label(),
        letter.detail(),
        letter.receivedAt(),
        letter.payloadBytes(),
        cut,
        payload);
  }
}
