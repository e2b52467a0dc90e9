package io.muster.registry.firmware;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.InstalledEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.PlatformTopic;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * All that a device has installed.
 *
 * @param modules each name once
 * @param at when the device said so
 */
@RegisterForReflection(targets = {InstalledEvent.class, InstalledEvent.Module.class})
record Installed(DeviceAddress device, List<InstalledEvent.Module> modules, Instant at) {
  private static final Logger LOG = Logger.getLogger(Installed.class);
  private static final String TOPIC = "platform/firmware/installed/";

  /** By the topic name alone. */
  static boolean isToldBy(String topicName) {
    return topicName.startsWith(TOPIC);
  }

  /** Empty when it cannot be read, which must not hold up the rest. */
  static Optional<Installed> read(OutboxEvent event) {
    try {
      var topic = PlatformTopic.parse(event.topic());
      var id = topic.flatMap(PlatformTopic::device);
      if (id.isEmpty()) {
        throw new IllegalArgumentException("it names no device");
      }
      var device = DeviceAddress.of(topic.get().tenant().value(), id.get());
      var told = data(event);
      return Optional.of(new Installed(device, told.modules(), told.at()));
    } catch (IOException | RuntimeException malformed) {
      LOG.errorf(malformed, "Event %s of firmware-service cannot be read", event.id());
      return Optional.empty();
    }
  }

  private static InstalledEvent data(OutboxEvent event) throws IOException {
    var data = ContractJson.mapper().readValue(event.payload(), CloudEvent.class).data();
    try {
      var told = ContractJson.mapper().treeToValue(data, InstalledEvent.class);
      if (told == null || told.at() == null || told.modules().stream().anyMatch(Installed::lacks)) {
        throw new IllegalArgumentException("it does not say what is installed and since when");
      }
      return told;
    } catch (JsonProcessingException wrong) {
      throw new IOException(wrong);
    }
  }

  private static boolean lacks(InstalledEvent.Module module) {
    return module.name() == null || module.version() == null || module.type() == null;
  }
}
