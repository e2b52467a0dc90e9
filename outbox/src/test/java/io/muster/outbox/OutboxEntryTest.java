package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.id.TenantId;
import io.muster.contract.topic.PlatformTopic;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutboxEntryTest {
  private static final Instant NOW = Instant.parse("2026-11-23T03:00:00Z");

  @Test
  void anEventIsACloudEventUnderItsTopic() throws Exception {
    var id = UUID.randomUUID();
    var device = DeviceAddress.of("acme", "d1");
    var data = new SessionEvent("r1", "b1", 7, 3, "acme:d1", NOW, null);
    var entry =
        OutboxEntry.event(
            id,
            PlatformTopic.of(ServiceName.INGEST, "session/connected", device),
            data,
            NOW,
            Map.of("traceparent", "t"));
    assertEquals("platform/ingest/session/connected/acme/d1", entry.topic());
    assertEquals(CloudEvent.CONTENT_TYPE, entry.contentType());
    assertEquals(1, entry.qos());

    var event = ContractJson.mapper().readValue(entry.payload(), CloudEvent.class);
    assertEquals(id, event.id());
    assertEquals("/muster/ingest", event.source());
    assertEquals("io.muster.ingest.session.connected", event.type());
    assertEquals("acme/d1", event.subject());
    assertEquals(NOW, event.time());
    assertEquals(data, ContractJson.mapper().treeToValue(event.data(), SessionEvent.class));
  }

  @Test
  void aTenantsEventHasTheTenantAsItsSubject() throws Exception {
    var tenant = new TenantId("acme");
    var entry =
        OutboxEntry.event(
            UUID.randomUUID(),
            PlatformTopic.of(ServiceName.REGISTRY, "tenant-suspended", tenant),
            new RegistryEvent.TenantSuspended(tenant),
            NOW,
            Map.of());
    var event = ContractJson.mapper().readValue(entry.payload(), CloudEvent.class);
    assertEquals("acme", event.subject());
    assertEquals("io.muster.registry.tenant-suspended", event.type());
  }

  @Test
  void anEntryNeedsATopicAndAQos() {
    var id = UUID.randomUUID();
    assertThrows(
        IllegalArgumentException.class,
        () -> new OutboxEntry(id, "", 1, null, null, new byte[0], NOW));
    assertThrows(
        IllegalArgumentException.class,
        () -> new OutboxEntry(id, "a", 3, null, null, new byte[0], NOW));
  }

  @Test
  void aPayloadIsNotWrittenToALog() {
    var secret = "s3cret".getBytes();
    var entry = new OutboxEntry(UUID.randomUUID(), "a/b/c", 1, null, null, secret, NOW);
    assertFalse(entry.toString().contains("s3cret"));
  }

  @Test
  void idsAreOfVersion7AndGrowWithTheTime() {
    var ids = new EventIds(Clock.fixed(NOW, ZoneOffset.UTC));
    var later = new EventIds(Clock.fixed(NOW.plusMillis(1), ZoneOffset.UTC));
    var many = Stream.generate(ids::next).limit(1_000).toList();
    assertEquals(1_000, many.stream().distinct().count());
    for (var id : many) {
      assertEquals(7, id.version());
      assertEquals(2, id.variant());
      assertEquals(NOW.toEpochMilli(), id.getMostSignificantBits() >>> 16);
      assertTrue(id.toString().compareTo(later.next().toString()) < 0);
    }
  }
}
