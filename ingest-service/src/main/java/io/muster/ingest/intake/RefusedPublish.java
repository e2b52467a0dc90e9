package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DeviceTopic;
import java.util.Optional;

/**
 * A publish that is not taken for what it is, whatever it says: a foreign topic, too large a
 * payload. Immutable, and whoever holds it must not change the payload's bytes.
 *
 * @param from whose connection it came over
 * @param topicName as received
 * @param qos as received
 * @param contentType MQTT 5 content type, or null
 * @param userProperties MQTT 5 user properties
 * @param payload as received
 * @param reason why it was refused
 * @param detail the same in words
 */
public record RefusedPublish(
    DeviceAddress from,
    String topicName,
    int qos,
    String contentType,
    UserProperties userProperties,
    byte[] payload,
    DeadLetterReason reason,
    String detail) {

  /** Whom its topic names, when that is one of the same tenant: no tenant learns of another's. */
  public Optional<DeviceAddress> about() {
    return DeviceTopic.parse(topicName)
        .flatMap(DeviceTopic::device)
        .filter(device -> device.tenant().equals(from.tenant()));
  }
}
