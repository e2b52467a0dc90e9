package io.muster.registry.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PresenceStepReaderTest {
  private static final DeviceAddress PUMP = DeviceAddress.of("acme", "pump-1");
  private static final Instant AT = Instant.parse("2026-11-01T12:00:00Z");
  private static final UUID BOOT = UUID.fromString("0190163d-8694-439b-aea5-966c26f8ad91");

  private static OutboxEvent session(String event, String bootId, String reason) {
    return event(
        OutboxEntry.event(
            UUID.randomUUID(),
            PlatformTopic.of(ServiceName.INGEST, event, PUMP),
            new SessionEvent("ingest-1", bootId, 3, 9, "acme:pump-1", AT, reason),
            AT,
            Map.of()));
  }

  private static OutboxEvent event(OutboxEntry entry) {
    return new OutboxEvent(
        1,
        entry.id(),
        entry.topic(),
        entry.qos(),
        entry.contentType(),
        entry.userProperties(),
        entry.payload(),
        entry.createdAt(),
        entry.carried());
  }

  private static OutboxEvent raw(String topic, String payload) {
    return new OutboxEvent(
        1,
        UUID.randomUUID(),
        topic,
        1,
        null,
        Map.of(),
        payload.getBytes(StandardCharsets.UTF_8),
        AT);
  }

  @Test
  void readsBeginningsAndEndsOfConnections() {
    assertEquals(
        Optional.of(new PresenceStep.Connected(PUMP, "acme:pump-1", 9, "ingest-1", BOOT, AT)),
        PresenceStepReader.read(session("session/connected", BOOT.toString(), null)));
    assertEquals(
        Optional.of(new PresenceStep.Disconnected(PUMP, "acme:pump-1", 9, AT, "keep-alive")),
        PresenceStepReader.read(session("session/disconnected", BOOT.toString(), "keep-alive")));
  }

  @Test
  void anyTextNamesAStart() {
    var one = PresenceStepReader.read(session("session/connected", "boot one", null));
    var same = PresenceStepReader.read(session("session/connected", "boot one", null));
    var other = PresenceStepReader.read(session("session/connected", "boot two", null));
    assertEquals(one, same);
    assertFalse(one.equals(other));
  }

  @Test
  void aReasonIsBoundedAndNeverNothing() {
    var none = PresenceStepReader.read(session("session/disconnected", "b", null)).orElseThrow();
    assertEquals("unknown", ((PresenceStep.Disconnected) none).reason());
    var longest =
        PresenceStepReader.read(session("session/disconnected", "b", "x".repeat(500)))
            .orElseThrow();
    assertEquals(60, ((PresenceStep.Disconnected) longest).reason().length());
  }

  @Test
  void readsADevicesOwnWord() {
    assertEquals(
        Optional.of(new PresenceStep.Said(PUMP, PresenceStatus.OFFLINE, AT)),
        PresenceStepReader.read(raw("presence/acme/pump-1", "offline")));
    assertEquals(Optional.empty(), PresenceStepReader.read(raw("presence/acme/pump-1", "away")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "presence/acme",
        "presence/acme/pump-1/more",
        "presence/ACME/pump-1",
        "platform/ingest/session/connected/acme",
        "platform/ingest/session/connected/acme/..",
        "platform/ingest/session/connected/acme/pump-1"
      })
  void whatCannotBeReadSaysNothing(String topic) {
    assertTrue(PresenceStepReader.wants(topic) || topic.equals("presence/acme"));
    assertEquals(Optional.empty(), PresenceStepReader.read(raw(topic, "online?")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "telemetry/acme/pump-1",
        "platform/ingest/session/subscribed/acme/pump-1",
        "platform/ingest/delivered/acme/pump-1",
        "shadow/acme/pump-1/update"
      })
  void nothingElseIsWanted(String topic) {
    assertFalse(PresenceStepReader.wants(topic));
  }
}
