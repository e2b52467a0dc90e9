package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which wills a client may leave, and when one is due. */
class WillTest {
  private static final String PRESENCE = "presence/acme/boiler";
  private static final DeviceAddress SENSOR = DeviceAddress.of("acme", "sensor");

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void leavesAnMqtt5WillWithTheSession() {
    var properties = "18 0000003C 03 \"text/plain\" 26 \"k\" \"v\"";
    var connect = ConnectPacket.of(MQTT_5).will(PRESENCE, "gone", 1, true, properties);
    try (var client = RawClient.connected(server, connect)) {
      var will = server.sessions.claims.getFirst().will();
      assertEquals(PRESENCE, will.topic());
      assertEquals("gone", new String(will.payload(), UTF_8));
      assertEquals(1, will.qos());
      assertEquals(true, will.retain());
      assertEquals("text/plain", will.contentType());
      assertEquals(UserProperties.of("k", "v"), will.userProperties());
      assertEquals(CarriedProperties.NONE, will.carried());
      assertEquals(-1, will.expirySeconds());
      assertEquals(60, will.delaySeconds());
    }
  }

  @Test
  void leavesAllThatAnMqtt5WillSays() {
    var properties =
        "01 01 02 0000003C 08 \"ignored\" 09 0002 0700 26 \"b\" \"1\" 26 \"a\" \"2\" 26 \"b\" \"3\"";
    var connect = ConnectPacket.of(MQTT_5).will(PRESENCE, "gone", 1, false, properties);
    try (var client = RawClient.connected(server, connect)) {
      var will = server.sessions.claims.getFirst().will();
      assertEquals("[[b, 1], [a, 2], [b, 3]]", will.userProperties().toString());
      assertEquals(1, will.carried().payloadFormat());
      assertArrayEquals(new byte[] {7, 0}, will.carried().correlationData());
      assertEquals(60, will.expirySeconds());
    }
  }

  @Test
  void leavesAnMqtt3WillWithTheSession() {
    var connect = ConnectPacket.of(MQTT_3_1_1).will("event/acme/boiler", "gone", 2, false);
    try (var client = RawClient.connected(server, connect)) {
      var will = server.sessions.claims.getFirst().will();
      assertEquals(2, will.qos());
      assertEquals(false, will.retain());
      assertEquals(0, will.delaySeconds());
      assertNull(will.contentType());
    }
  }

  @Test
  void leavesNoWillWhereThereIsNone() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      assertNull(server.sessions.claims.getFirst().will());
    }
  }

  private boolean isDueAfter(ProtocolVersion version, Consumer<RawClient> end) {
    var connect = ConnectPacket.of(version).will(PRESENCE, "gone", 1, false);
    try (var client = RawClient.connected(server, connect)) {
      end.accept(client);
      await().until(() -> server.sessions.ends.size() == 1);
      return server.sessions.ends.getFirst().publishesWill();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isDueWhenTheConnectionIsLost(ProtocolVersion version) {
    assertEquals(true, isDueAfter(version, RawClient::close));
  }

  @ParameterizedTest
  @EnumSource
  void isNotDueAfterDisconnect(ProtocolVersion version) {
    assertEquals(false, isDueAfter(version, RawClient::disconnect));
  }

  @Test
  void isDueAfterADisconnectThatAsksForIt() {
    assertEquals(true, isDueAfter(MQTT_5, client -> client.send("E0 01 04").expectEnd()));
  }

  @ParameterizedTest
  @EnumSource
  void isDueWhenTheServerEndsTheConnection(ProtocolVersion version) {
    assertEquals(true, isDueAfter(version, client -> client.send("C1 00")));
  }

  @ParameterizedTest
  @CsvSource({
    "telemetry/acme/other,         1, false",
    "telemetry/globex/boiler,      1, false",
    "event/acme/boiler,            0, false",
    "telemetry/acme/boiler,        1, true",
    "command/acme/boiler/req/1/on, 1, false",
    "anything/else,                1, false",
    "command/acme/boiler/res/+/200, 1, false",
    "'',                           1, false",
  })
  void isRefusedWhereTheDeviceMayNotPublishSo(String topic, int qos, boolean retain) {
    for (var version : ProtocolVersion.values()) {
      var connect = ConnectPacket.of(version).will(topic, "gone", qos, retain);
      try (var client = RawClient.knock(server, connect)) {
        client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
        client.expectEnd();
      }
    }
    assertEquals(0, server.sessions.claims.size());
  }

  @Test
  void isRefusedWhenItIsLargerThanTheDeviceMaySend() {
    server.access.limits = new DeviceLimits(100, 4);
    var connect = ConnectPacket.of(MQTT_5);
    try (var client = RawClient.knock(server, connect.will(PRESENCE, "gone!", 1, false))) {
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
    }
    RawClient.connected(server, connect.will(PRESENCE, "gone", 1, false)).close();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void ofAGatewayMayBeAboutADeviceBehindIt(boolean known) {
    server.access.knowsGateways = known;
    var connect = ConnectPacket.of(MQTT_5).will("presence/acme/sensor", "gone", 1, false);
    try (var client = RawClient.knock(server, connect)) {
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
    }
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    RawClient.connected(server, connect).close();
  }
}
