package io.muster.registry.presence;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What ingest tells, without ingest. Stateless. */
final class PresenceFixture {
  private PresenceFixture() {}

  static String client(DeviceAddress device) {
    return device.tenant() + ":" + device.device();
  }

  static OutboxEvent connected(DeviceAddress device, long epoch, UUID boot, Instant at) {
    return session("session/connected", device, epoch, boot, at, null);
  }

  static OutboxEvent disconnected(
      DeviceAddress device, long epoch, UUID boot, Instant at, String reason) {
    return session("session/disconnected", device, epoch, boot, at, reason);
  }

  private static OutboxEvent session(
      String event, DeviceAddress device, long epoch, UUID boot, Instant at, String reason) {
    var entry =
        OutboxEntry.event(
            UUID.randomUUID(),
            PlatformTopic.of(ServiceName.INGEST, event, device),
            new SessionEvent("ingest-1", boot.toString(), epoch, epoch, client(device), at, reason),
            at,
            Map.of());
    return event(entry.topic(), entry.payload(), at);
  }

  static OutboxEvent said(DeviceAddress device, String word, Instant at) {
    return event("presence/" + device, word.getBytes(StandardCharsets.UTF_8), at);
  }

  private static OutboxEvent event(String topic, byte[] payload, Instant at) {
    return new OutboxEvent(1, UUID.randomUUID(), topic, 1, null, Map.of(), payload, at);
  }

  /** The body of a report. */
  static Map<String, Object> report(
      UUID boot, Instant completeUntil, List<UUID> alive, List<Map<String, Object>> heard) {
    Map<String, Object> body = new HashMap<>();
    body.put("replica", "ingest-1");
    body.put("bootId", boot.toString());
    body.put("heard", heard);
    if (completeUntil != null) {
      body.put("completeUntil", completeUntil.toString());
    }
    if (alive != null) {
      body.put("aliveBoots", alive.stream().map(UUID::toString).toList());
    }
    return body;
  }

  static Map<String, Object> heard(DeviceAddress device, Instant at, int keepAliveSeconds) {
    return Map.of(
        "device",
        Map.of("tenant", device.tenant().value(), "device", device.device().value()),
        "at",
        at.toString(),
        "keepAliveSeconds",
        keepAliveSeconds);
  }

  /** The same of one whose connection the replica holds. */
  static Map<String, Object> heardConnected(DeviceAddress device, Instant at) {
    Map<String, Object> heard = new HashMap<>(heard(device, at, 60));
    heard.put("connected", true);
    return heard;
  }
}
