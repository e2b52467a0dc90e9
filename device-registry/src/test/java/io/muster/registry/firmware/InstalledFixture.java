package io.muster.registry.firmware;

import io.muster.contract.event.InstalledEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What firmware-service tells, without it. Stateless. */
final class InstalledFixture {
  private InstalledFixture() {}

  static InstalledEvent.Module firmware(String name, String version) {
    return new InstalledEvent.Module(name, version, "firmware");
  }

  static InstalledEvent.Module application(String name, String version) {
    return new InstalledEvent.Module(name, version, "application");
  }

  static OutboxEvent installed(DeviceAddress device, Instant at, InstalledEvent.Module... modules) {
    var entry =
        OutboxEntry.event(
            UUID.randomUUID(),
            PlatformTopic.of(ServiceName.FIRMWARE, "installed", device),
            new InstalledEvent(List.of(modules), at),
            at,
            Map.of());
    return event(entry.topic(), entry.payload());
  }

  static OutboxEvent event(String topic, String payload) {
    return event(topic, payload.getBytes(StandardCharsets.UTF_8));
  }

  static OutboxEvent event(String topic, byte[] payload) {
    return new OutboxEvent(1, UUID.randomUUID(), topic, 1, null, Map.of(), payload, Instant.now());
  }
}
