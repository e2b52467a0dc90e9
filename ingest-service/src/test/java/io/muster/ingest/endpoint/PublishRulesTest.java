package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import java.util.Collections;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT 5 §3.3, §4.3 to §4.6 and §4.9 ask of a server; the guide's table names these tests. */
class PublishRulesTest {
  private static final String ALL = "command/acme/boiler/req/#";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String command(int number) {
    return "command/acme/boiler/req/" + number + "/on";
  }

  private RawClient subscribed(ConnectPacket connect) {
    var client = RawClient.connected(server, connect);
    client.subscribe(1, ALL, 1).hear();
    return client;
  }

  private static String qos1(int number, int identifier) {
    var id = new byte[] {0, (byte) identifier};
    var packet = WireBytes.packet(0x32, WireBytes.string(command(number)), id, new byte[] {0, '!'});
    return HexFormat.of().formatHex(packet);
  }

  @ParameterizedTest
  @EnumSource
  void answersAsTheQosSays(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.publish(0, 0, "{}").expectNothing();
      client.publish(1, 1, "{}").expect("40 02 0001");
      client.publish(2, 2, "{}").expect("50 02 0002").send("62 02 0002").expect("70 02 0002");
      assertEquals(3, server.intake.offered.size());
    }
  }

  /** Whatever its DUP flag: after PUBACK the identifier is free. */
  @ParameterizedTest
  @ValueSource(ints = {0x32, 0x3A})
  void takesAnIdentifierForAnotherMessageAfterPubAck(int first) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int i = 1; i <= 3; i++) {
        var topic = WireBytes.string(TestEndpoint.TELEMETRY);
        client.send(WireBytes.packet(first, topic, new byte[] {0, 5, 0, '{', '}'}));
        client.expect("40 02 0005");
        assertEquals(i, server.intake.offered.size());
      }
    }
  }

  /** Also when the message is of no use any more. */
  @Test
  void completesTheExchangeOfAMessageThatHasExpired() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(TestEndpoint.TELEMETRY, 2, 5, "{}", "02 00000000").expect("50 02 0005");
      client.send("62 02 0005").expect("70 02 0005");
    }
  }

  @Test
  void takesEveryAliasUpToItsMaximum() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int alias = 1; alias <= 16; alias++) {
        var property = "23 %04X".formatted(alias);
        client.publish(TestEndpoint.TELEMETRY, 1, 1, "{}", property).expect("40 02 0001");
        client.publish("", 1, 2, "{}", property).expect("40 02 0002");
      }
      client.publish(TestEndpoint.TELEMETRY, 1, 1, "{}", "23 0011");
      client.expectDisconnect(ReasonCode.TOPIC_ALIAS_INVALID);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "22 0000", "22 000A"})
  void sendsNoTopicAlias(String maximum) {
    try (var client = subscribed(ConnectPacket.of(MQTT_5).property(maximum))) {
      for (int i = 1; i <= 2; i++) {
        server.deliver(command(7), "!", 1);
        client.expect(qos1(7, i)).send("40 02 000" + i);
      }
    }
  }

  /** It takes no place in the client's window and no packet identifier. */
  @Test
  void goesOnAfterAMessageThatIsLargerThanTheClientTakes() {
    var connect = ConnectPacket.of(MQTT_5).property("27 00000040 21 0001");
    try (var client = subscribed(connect)) {
      server.deliver(command(1), "x".repeat(64), 1);
      server.deliver(command(2), "!", 1);
      client.expect(qos1(2, 1));
      server.awaitCount(1, "muster.endpoint.down", "outcome", "too-large");
    }
  }

  @Test
  void answersEverythingElseWhileTheClientsWindowIsFull() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5).property("21 0001"))) {
      server.deliver(command(1), "!", 1);
      server.deliver(command(2), "!", 1);
      client.expect(qos1(1, 1));
      client.ping().expect("D0 00");
      client.publish(1, 9, "{}").expect("40 02 0009");
      client.publish(2, 8, "{}").expect("50 02 0008").send("62 02 0008").expect("70 02 0008");
      client.subscribe(2, "firmware/acme/boiler/notify", 1).expect("90 04 0002 00 01");
      client.unsubscribe(3, "firmware/acme/boiler/notify").expect("B0 04 0003 00 00");
      client.send("40 02 0001").expect(qos1(2, 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"21 0001", "21 0003", "21 FFFF"})
  void sendsMessagesInTheOrderInWhichTheyCame(String receiveMaximum) {
    try (var client = subscribed(ConnectPacket.of(MQTT_5).property(receiveMaximum))) {
      for (int i = 1; i <= 9; i++) {
        server.deliver(command(i), "!", 1);
      }
      for (int i = 1; i <= 9; i++) {
        client.expect(qos1(i, i)).send("40 02 000" + i);
      }
    }
  }

  @Test
  void sendsNothingAgainOnAConnectionThatLives() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5))) {
      server.deliver(command(1), "!", 1);
      client.expect(qos1(1, 1));
      client.subscribe(2, ALL, 1).expect("90 04 0002 00 01");
      client.expectNothing();
    }
  }

  @ParameterizedTest
  @CsvSource({"80", "87", "97", "99"})
  void sendsNothingAgainThatTheClientRefused(String code) {
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = subscribed(connect);
    server.deliver(command(1), "!", 1);
    client.expect(qos1(1, 1)).send("40 03 0001 " + code).expectNothing();
    client.disconnect();
    await().until(() -> server.sessions.ends.size() == 1);
    try (var again = RawClient.connected(server, connect)) {
      again.expectNothing();
    }
    assertEquals(Collections.emptyList(), server.intake.announced("delivered"));
  }

  /** A retransmission of the client is none of the server's: what it sends has a DUP of its own. */
  @Test
  void setsDupOfItsOwnMessagesAlone() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5))) {
      var topic = WireBytes.string(TestEndpoint.TELEMETRY);
      client.send(WireBytes.packet(0x3A, topic, new byte[] {0, 5, 0, '{', '}'}));
      client.expect("40 02 0005");
      server.deliver(command(1), "!", 1);
      client.expect(qos1(1, 1));
    }
  }
}
