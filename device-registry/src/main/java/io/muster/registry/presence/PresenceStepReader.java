package io.muster.registry.presence;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.DeviceTopic;
import io.muster.contract.topic.PlatformTopic;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Reads events of ingest's log. Stateless. */
@RegisterForReflection(targets = {CloudEvent.class, SessionEvent.class})
final class PresenceStepReader {
  private static final Logger LOG = Logger.getLogger(PresenceStepReader.class);
  private static final String CONNECTED = "platform/ingest/session/connected/";
  private static final String DISCONNECTED = "platform/ingest/session/disconnected/";
  private static final String SAID = "presence/";
  private static final int MAX_REASON = 60;

  private PresenceStepReader() {}

  /** By the topic name alone. */
  static boolean wants(String topicName) {
    return topicName.startsWith(CONNECTED)
        || topicName.startsWith(DISCONNECTED)
        || topicName.startsWith(SAID);
  }

  /** Empty when it cannot be read, which must not hold up the rest. */
  static Optional<PresenceStep> read(OutboxEvent event) {
    try {
      return event.topic().startsWith(SAID) ? said(event) : session(event);
    } catch (IOException | IllegalArgumentException malformed) {
      LOG.errorf(malformed, "Event %s of ingest cannot be read", event.id());
      return Optional.empty();
    }
  }

  private static Optional<PresenceStep> said(OutboxEvent event) {
    return DeviceTopic.parse(event.topic())
        .flatMap(DeviceTopic::device)
        .flatMap(
            device ->
                PresenceWord.read(event.payload())
                    .map(word -> new PresenceStep.Said(device, word, event.createdAt())));
  }

  private static Optional<PresenceStep> session(OutboxEvent event) throws IOException {
    var device = PlatformTopic.parse(event.topic()).flatMap(PresenceStepReader::device);
    if (device.isEmpty()) {
      return Optional.empty();
    }
    var told = data(event);
    if (told.clientIdentifier() == null || told.at() == null) {
      throw new IllegalArgumentException("an event of a session names its client and its time");
    }
    return Optional.of(
        event.topic().startsWith(CONNECTED)
            ? new PresenceStep.Connected(
                device.get(),
                told.clientIdentifier(),
                told.epoch(),
                told.replica(),
                start(told.bootId()),
                told.at())
            : new PresenceStep.Disconnected(
                device.get(),
                told.clientIdentifier(),
                told.epoch(),
                told.at(),
                reason(told.reason())));
  }

  private static Optional<DeviceAddress> device(PlatformTopic topic) {
    try {
      return topic.device().map(id -> DeviceAddress.of(topic.tenant().value(), id));
    } catch (MalformedIdException nobody) {
      return Optional.empty();
    }
  }

  /** Any text names a start, but it is a UUID by right. */
  private static UUID start(String bootId) {
    if (bootId == null) {
      throw new IllegalArgumentException("an event of a session names the start of its replica");
    }
    try {
      return UUID.fromString(bootId);
    } catch (IllegalArgumentException otherText) {
      return UUID.nameUUIDFromBytes(bootId.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String reason(String told) {
    if (told == null || told.isBlank()) {
      return "unknown";
    }
    return told.length() > MAX_REASON ? told.substring(0, MAX_REASON) : told;
  }

  private static SessionEvent data(OutboxEvent event) throws IOException {
    var cloudEvent = ContractJson.mapper().readValue(event.payload(), CloudEvent.class);
    try {
      var told = ContractJson.mapper().treeToValue(cloudEvent.data(), SessionEvent.class);
      if (told == null) {
        throw new IOException("it says nothing");
      }
      return told;
    } catch (JsonProcessingException wrong) {
      throw new IOException(wrong);
    }
  }
}
