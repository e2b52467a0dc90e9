package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.DeadLetterReason;
import java.time.Instant;
import java.util.Arrays;
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
 * @param userProperties MQTT 5 user properties
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

  /** The same with at most that many bytes of the payload. */
  public DeadLetter cutTo(int bytes) {
    return payload.length <= bytes
        ? this
        : new DeadLetter(
            id,
            publisher,
            device,
            topic,
            qos,
            contentType,
            userProperties,
            Arrays.copyOf(payload, bytes),
            payloadBytes,
            reason,
            detail,
            receivedAt);
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
