package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What services are told of subscriptions, so that nothing is sent before somebody hears it. */
class HearingsTest {
  private static final DeviceAddress SENSOR = DeviceAddress.of("acme", "sensor");
  private static final String DELTA = "shadow/acme/boiler/update/delta";
  private static final int OFTEN = 10_000;
  private static final String OF_SENSOR = "shadow/acme/sensor/#";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<SubscribedEvent> told() {
    return server.intake.announced("session/subscribed").stream()
        .map(it -> (SubscribedEvent) it.data())
        .toList();
  }

  @Test
  void eachSubscriptionIsToldWhenItIsGranted() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.expectNothing();
      assertEquals(List.of(), told());
      client.subscribe(1, DELTA, 1).hear();
      await().until(() -> told().size() == 1);
      var event = told().getFirst();
      assertEquals(List.of(DELTA), event.filters());
      assertEquals("acme:boiler", event.clientIdentifier());
      assertEquals(1, event.epoch());
      var topics =
          server.intake.announced("session/connected").size()
              + server.intake.announced("session/subscribed").size();
      assertEquals(2, topics);
      // Again is told again: a client that asks anew wants what it missed.
      client.subscribe(2, DELTA, 1).hear();
      await().until(() -> told().size() == 2);
    }
  }

  @Test
  void whatIsRefusedIsNotTold() {
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.subscribe(1, "shadow/acme/other/#", 1).hear();
      client.subscribe(2, "#", 1).hear();
      client.expectNothing();
      assertEquals(List.of(), told());
    }
  }

  @Test
  void aGatewaysSubscriptionIsToldOfTheDeviceBehindIt() {
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, OF_SENSOR, 1).hear();
      await().until(() -> told().size() == 1);
      var announced = server.intake.announced("session/subscribed").getFirst();
      assertEquals(SENSOR, announced.device());
      assertEquals("acme:boiler", told().getFirst().clientIdentifier());
    }
  }

  @Test
  void aSessionThatGoesOnTellsWhatItIsSubscribedTo() {
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = RawClient.connected(server, connect);
    client.subscribe(1, DELTA, 1).hear();
    await().until(() -> told().size() == 1);
    client.disconnect();
    await().until(() -> server.sessions.ends.size() == 1);
    try (var again = RawClient.knock(server, connect)) {
      again.expectConnAck(ReasonCode.SUCCESS);
      await().until(() -> told().size() == 2);
      assertEquals(List.of(DELTA), told().getLast().filters());
      assertEquals(2, told().getLast().epoch());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoSubscribesWithoutEndIsNotReadBeyondWhatItMayHave(ProtocolVersion version) {
    server.intake.holdAnnouncements("session/subscribed");
    try (var client = RawClient.connected(server, version);
        var other = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("other"))) {
      var sending = Thread.startVirtualThread(() -> subscribeOften(client));
      // Each pauses it until it is granted; these are for what waits for the store.
      await().until(() -> heldForBytes() == 1);
      other.subscribe(1, "shadow/acme/other/#", 1).expect("90 04 0001 00 01");
      other.publish("telemetry/acme/other", 1, 2, "{}").expect("40 02 0002");
      other.expectNothing();
      assertTrue(told().size() < 1_000, () -> "announced: " + told().size());
      assertTrue(server.gauge("muster.endpoint.memory.bytes") < 1_200_000);
      server.intake.letAnnouncementsGo();
      for (int i = 0; i < OFTEN; i++) {
        assertEquals(0x90, client.hear().first());
      }
      // Each is told just after it was granted.
      await().until(() -> told().size() == OFTEN + 1);
      server.awaitPaused(0);
      await().until(() -> !sending.isAlive());
    }
  }

  private double heldForBytes() {
    return server.meters.get("muster.endpoint.held").tag("reason", "bytes").gauge().value();
  }

  private static void subscribeOften(RawClient client) {
    for (int i = 1; i <= OFTEN; i++) {
      client.subscribe(i, DELTA, 1);
    }
  }

  @Test
  void whatWaitsForTheStoreIsGivenBackWhenTheConnectionHasEnded() {
    server.intake.holdAnnouncements("session/subscribed");
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, DELTA, 1).hear();
      client.disconnect();
    }
    assertTrue(server.gauge("muster.endpoint.memory.bytes") > 0);
    server.intake.letAnnouncementsGo();
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0190e0c8-5b2a-7c3d-8e4f-000000000001", "none", ""})
  void aReceiptNamesTheMessageByTheIdThatItsServiceGaveIt(String id) {
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.subscribe(1, DELTA, 1).hear();
      server.deliver(
          new DownwardMessage(
              DownwardTopic.parse(DELTA).orElseThrow(),
              "!".getBytes(StandardCharsets.UTF_8),
              1,
              null,
              null,
              null,
              UserProperties.builder().add(DeliveredEvent.MESSAGE_ID, id).build(),
              -1));
      client.hear();
      client.send("40 02 0001");
      await().until(() -> server.intake.announced("delivered").size() == 1);
      var event = (DeliveredEvent) server.intake.announced("delivered").getFirst().data();
      if (id.length() == 36) {
        assertEquals(UUID.fromString(id), event.messageId());
      } else {
        assertNull(event.messageId());
      }
    }
  }
}
