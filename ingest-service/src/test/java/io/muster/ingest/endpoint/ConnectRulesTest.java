package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT 5 §3.1, §3.2 and §4.12 ask of a server; the guide's table names these tests. */
class ConnectRulesTest {
  private static final String ALL = "command/acme/boiler/req/#";
  private static final String USUAL =
      "20 16 00 00 13 21 0400 27 00100000 22 0010 25 01 28 01 29 01 2A 00";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void readsNothingOfWhatFollowsAConnectThatIsRefused(ProtocolVersion version) {
    var wrong = ConnectPacket.of(version).password("wrong").bytes();
    try (var client = RawClient.open(server, version)) {
      client.send(wrong).publish(1, 1, "{}").ping();
      client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      client.expectEnd();
    }
    assertTrue(server.intake.offered.isEmpty() && server.intake.letters.isEmpty());
  }

  @Test
  void sendsNothingBeforeConnAck() {
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var first = RawClient.connected(server, connect);
    first.subscribe(1, ALL, 1).expect("90 04 0001 00 01");
    first.disconnect();
    server.sessions.hold();
    try (var client = RawClient.knock(server, connect)) {
      await().until(() -> server.sessions.claims.size() == 2);
      server.deliver("command/acme/boiler/req/1/on", "!", 1);
      server.sessions.letGo();
      client.expectConnAck(ReasonCode.SUCCESS);
      client.expectNothing();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10 00", "10 0F 'nothing'", "30 05 \"t\" 00 00", "C0 00", "E0 00", "F0 00"})
  void saysNothingToAClientThatWasNotLetInAndIsWrong(String bytes) {
    try (var client = RawClient.open(server, MQTT_5)) {
      client.send(bytes).send(new byte[20]).expectEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "19 00", "19 01", "22 000A"})
  void saysWhatItTakesAndNothingThatNobodyAskedFor(String properties) {
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).property(properties))) {
      client.expect(USUAL);
    }
  }

  /** 24 bytes are what it takes to say yes; a larger packet must not be sent. */
  @ParameterizedTest
  @CsvSource({"24, yes", "23, 20 03 00 95 00", "5, 20 03 00 95 00", "4, ''", "1, ''"})
  void refusesAClientThatCouldNotTakeItsConnAck(int most, String answer) {
    var connect = ConnectPacket.of(MQTT_5).property("27 %08X".formatted(most));
    try (var client = RawClient.knock(server, connect)) {
      if (answer.equals("yes")) {
        client.expect(USUAL).ping().expect("D0 00");
        return;
      }
      if (!answer.isEmpty()) {
        client.expect(answer);
      }
      client.expectEnd();
    }
    server.awaitCount(1, "muster.endpoint.connects", "outcome", "maximum-packet-size");
    assertEquals(0, server.sessions.claims.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void takesAWillOfEachQos(int qos) {
    for (var version : ProtocolVersion.values()) {
      var connect = ConnectPacket.of(version).will(TestEndpoint.TELEMETRY, "{}", qos, false);
      try (var client = RawClient.connected(server, connect)) {
        assertEquals(qos, server.sessions.claims.getLast().will().qos());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesARetainedWillOnPresenceAlone(boolean onPresence) {
    var topic = onPresence ? "presence/acme/boiler" : "event/acme/boiler";
    var connect = ConnectPacket.of(MQTT_5).will(topic, "gone", 1, true);
    try (var client = RawClient.knock(server, connect)) {
      client.expectConnAck(onPresence ? ReasonCode.SUCCESS : ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void takesAWillThatIsNotRetained() {
    var connect = ConnectPacket.of(MQTT_5).will("presence/acme/boiler", "gone", 1, false);
    try (var client = RawClient.connected(server, connect)) {
      assertEquals(false, server.sessions.claims.getFirst().will().retain());
    }
  }

  /** MQTT 5 §4.12: neither to who wants it nor to who does not. */
  @Test
  void neverSaysAuth() {
    var scram = ConnectPacket.of(MQTT_5).property("15 \"SCRAM-SHA-256\" 16 \"first\"");
    try (var client = RawClient.knock(server, scram)) {
      client.expectConnAck(ReasonCode.BAD_AUTHENTICATION_METHOD);
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"F0 00", "F0 09 18 07 15 \"S\" 16 0000", "F0 06 19 04 15 \"S\""})
  void endsAClientThatSaysAuth(String bytes) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send(bytes).expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }
  }
}
