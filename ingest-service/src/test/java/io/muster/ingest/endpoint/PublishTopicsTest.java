package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.intake.DeadLetterReason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Under which topic names a device may publish, and what becomes of the rest. */
class PublishTopicsTest {
  private static final DeviceAddress SENSOR = DeviceAddress.of("acme", "sensor");
  private static final String OF_SENSOR = "telemetry/acme/sensor";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> offered() {
    return server.intake.offered.stream().map(it -> it.publication().topic().name()).toList();
  }

  @Test
  void keepsAllThatARefusedMessageSaid() {
    server.access.knowsGateways = false;
    try (var client = RawClient.connected(server, MQTT_5)) {
      client
          .publish("event/acme/sensor", 2, 5, "!", "03 \"text\" 26 \"b\" \"1\" 26 \"a\" \"2\"")
          .expect("50 03 0005 87");
      assertOneLetter("event/acme/sensor", DeadLetterReason.TOPIC_NOT_ALLOWED);
      var letter = server.intake.letters.element();
      assertEquals(DeviceAddress.of("acme", "sensor"), letter.about().orElseThrow());
      assertEquals(2, letter.qos());
      assertEquals("text", letter.contentType());
      assertEquals("[[b, 1], [a, 2]]", letter.userProperties().toString());
      assertEquals(
          "the device is not the gateway of the one that the topic names", letter.detail());
    }
  }

  @Test
  void tellsNoTenantOfAnothersDevices() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish("event/globex/sensor", 1, 5, "!").expect("40 03 0005 87");
      assertTrue(server.intake.letters.element().about().isEmpty());
    }
  }

  private void assertOneLetter(String topic, DeadLetterReason reason) {
    assertEquals(1, server.intake.letters.size());
    var letter = server.intake.letters.element();
    assertEquals(TestEndpoint.DEVICE, letter.from());
    assertEquals(topic, letter.topicName());
    assertEquals(reason, letter.reason());
    assertFalse(letter.detail().isEmpty());
    assertTrue(server.intake.offered.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "telemetry/acme/boiler",
        "event/acme/boiler",
        "command/acme/boiler/res/17/200",
        "shadow/acme/boiler/update",
        "shadow/acme/boiler/name/config/get",
        "firmware/acme/boiler/feedback",
        "presence/acme/boiler"
      })
  void takesTheDevicesOwn(String topic) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(topic, 1, 1, "{}").expect("40 02 0001");
      assertEquals(List.of(topic), offered());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "telemetry/acme/other",
        "telemetry/globex/boiler",
        "telemetry/acme",
        "telemetry/acme/boiler/more",
        "command/acme/boiler/req/17/on",
        "shadow/acme/boiler/update/accepted",
        "platform/ingest/session/connected/acme/boiler",
        "provision/acme/random/req",
        "anything",
        "/"
      })
  void sendsEverythingElseToTheDeadLetters(String topic) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(topic, 1, 1, "{}").expect("40 03 0001 87");
      assertOneLetter(topic, DeadLetterReason.TOPIC_NOT_ALLOWED);
      client.publish(1, 2, "{}").expect("40 02 0002");
    }
  }

  @Test
  void acknowledgesToAnMqtt3ClientWhatBecameADeadLetter() {
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.publish("telemetry/globex/boiler", 1, 1, "{}").expect("40 02 0001");
      assertOneLetter("telemetry/globex/boiler", DeadLetterReason.TOPIC_NOT_ALLOWED);
      client.publish("telemetry/globex/boiler", 2, 2, "{}").expect("50 02 0002");
    }
  }

  @Test
  void takesNoEventAtQos0() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish("event/acme/boiler", 0, 0, "{}").ping().expect("D0 00");
      assertOneLetter("event/acme/boiler", DeadLetterReason.TOPIC_NOT_ALLOWED);
    }
  }

  private static byte[] retained(String topic) {
    return WireBytes.packet(
        0x33, WireBytes.string(topic), new byte[] {0, 1}, new byte[1], new byte[] {'!'});
  }

  @Test
  void takesRetainOnPresenceAlone() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send(retained(TestEndpoint.TELEMETRY)).expect("40 03 0001 87");
      assertOneLetter(TestEndpoint.TELEMETRY, DeadLetterReason.TOPIC_NOT_ALLOWED);
      client.send(retained("presence/acme/boiler")).expect("40 02 0001");
      assertTrue(server.intake.offered.element().publication().retain());
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendsToTheDeadLettersWhatIsLargerThanTheDeviceMaySend(ProtocolVersion version) {
    server.access.limits = new DeviceLimits(100, 10);
    try (var client = RawClient.connected(server, version)) {
      client.publish(1, 1, "12345678901");
      client.expect(version == MQTT_5 ? "40 03 0001 97" : "40 02 0001");
      assertOneLetter(TestEndpoint.TELEMETRY, DeadLetterReason.TOO_LARGE);
      client.publish(1, 2, "1234567890").expect("40 02 0002");
    }
  }

  @Test
  void aConnectionGoesOnUnderTheLimitsThatItsTenantHasNow() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(1, 1, "12345678901").expect("40 02 0001");
      server.access.withdraw(
          new Withdrawal.OfLimits(TestEndpoint.DEVICE.tenant(), new DeviceLimits(100, 10)));
      client.publish(1, 2, "12345678901").expect("40 03 0002 97");
      assertEquals(DeadLetterReason.TOO_LARGE, server.intake.letters.element().reason());
    }
  }

  @Test
  void aConnectionThatIsBeingAdmittedGetsTheLimitsThatItsTenantHasNow() {
    server.access.holdAdmissions();
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      await().until(() -> server.access.heldAdmissions() == 1);
      server.access.withdraw(
          new Withdrawal.OfLimits(TestEndpoint.DEVICE.tenant(), new DeviceLimits(100, 10)));
      server.access.letAdmissionsGo();
      client.expectConnAck(ReasonCode.SUCCESS);
      client.publish(1, 1, "12345678901").expect("40 03 0001 97");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesWhatAGatewaySaysForADeviceBehindIt(boolean known) {
    server.access.knowsGateways = known;
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(OF_SENSOR, 1, 1, "{}").publish(1, 2, "{}");
      client.expect("40 02 0001").expect("40 02 0002");
      assertEquals(List.of(OF_SENSOR, TestEndpoint.TELEMETRY), offered());
      assertEquals(TestEndpoint.DEVICE, server.intake.offered.element().publication().publisher());
    }
  }

  /** What comes next must stay behind it. */
  @Test
  void readsNothingWhileTheRegistryIsAskedForAGateway() {
    server.access.holdGateways();
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(OF_SENSOR, 1, 1, "{}").publish(1, 2, "{}");
      await().until(server.access::isAskedForGateways);
      server.awaitPaused(1);
      assertEquals(0, server.intake.offered.size());
      server.access.letGatewaysGo();
      client.expect("40 02 0001").expect("40 02 0002");
      assertEquals(List.of(OF_SENSOR, TestEndpoint.TELEMETRY), offered());
    }
  }

  @Test
  void refusesWhatTheRegistrySaysIsNotBehindTheGateway() {
    server.access.knowsGateways = false;
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(OF_SENSOR, 1, 1, "{}").expect("40 03 0001 87");
      assertOneLetter(OF_SENSOR, DeadLetterReason.TOPIC_NOT_ALLOWED);
    }
  }

  /** MQTT 5 §3.3.2.1. */
  @ParameterizedTest
  @ValueSource(strings = {"telemetry/acme/+", "telemetry/#", "#"})
  void endsAClientThatPublishesUnderAWildcard(String topic) {
    for (var version : ProtocolVersion.values()) {
      try (var client = RawClient.connected(server, version)) {
        client.publish(topic, 1, 1, "{}").expectDisconnect(ReasonCode.TOPIC_NAME_INVALID);
      }
    }
  }
}
