package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an MQTT 5 client may ask for, and how far it gets it. */
class ClientsWishesTest {
  private static final String NOTIFY = "firmware/acme/boiler/notify";
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

  private static String connAck(TestEndpoint server, ConnectPacket connect) {
    try (var client = RawClient.knock(server, connect)) {
      return client.expectConnAck(ReasonCode.SUCCESS).toString();
    }
  }

  /** MQTT 5 §3.1.2.11.6: there is none to give. */
  @Test
  void noResponseInformation() {
    assertEquals(
        connAck(server, ConnectPacket.of(MQTT_5)),
        connAck(server, ConnectPacket.of(MQTT_5).property("19 01")));
  }

  /** MQTT 5 §3.1.2.11.7: but for words of the server; what services say is none. */
  @Test
  void noProblemInformationButTheUserPropertiesOfMessages() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, NOTIFY, 0).hear();
      var properties = UserProperties.of("k", "v");
      server.endpoint.deliver(
          new DownwardMessage(
              DownwardTopic.parse(NOTIFY).orElseThrow(),
              new byte[0],
              0,
              null,
              null,
              null,
              properties,
              -1));
      client.expect("30 25 \"" + NOTIFY + "\" 07 26 \"k\" \"v\"");
      client.unsubscribe(2, "nothing/of/this").expect("B0 04 0002 00 11");
      client.send("62 02 0009").expect("70 03 0009 92").send("50 02 0009").expect("62 03 0009 92");
    }
  }

  @ParameterizedTest
  @CsvSource({"no local, 05", "retain as published, 09", "retain handling 1, 11", "all, 2D"})
  void subscriptionOptionsWithoutEffectWhereNothingIsRetained(String what, String options) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("82 21 0001 00 \"" + NOTIFY + "\" " + options);
      client.expect("90 04 0001 00 01").expectNothing();
      server.deliver(NOTIFY, "", 0);
      assertEquals(0x30, client.hear().first(), what);
    }
  }

  /** MQTT 5 §3.8.3.1. */
  @Test
  void noLocalOnASharedSubscriptionIsAProtocolError() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("82 10 0001 00 \"$share/g/a\" 05").expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }
  }

  /** MQTT 5 §3.8.4. */
  @Test
  void aSecondSubscriptionToAFilterTakesThePlaceOfTheFirst() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("82 23 0001 02 0B 07 \"" + NOTIFY + "\" 01").expect("90 04 0001 00 01");
      client.send("82 23 0002 02 0B 08 \"" + NOTIFY + "\" 00").expect("90 04 0002 00 00");
      server.deliver(NOTIFY, "", 1);
      client.expect("30 20 \"" + NOTIFY + "\" 02 0B 08").expectNothing();
      client.subscribe(3, NOTIFY, 0).expect("90 04 0003 00 00");
      server.deliver(NOTIFY, "", 1);
      client.expect("30 1E \"" + NOTIFY + "\" 00").expectNothing();
    }
  }

  /** The greatest number there is takes four bytes. */
  @Test
  void subscriptionIdentifiersOfAnySize() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("82 26 0001 05 0B FFFFFF7F \"" + NOTIFY + "\" 00").expect("90 04 0001 00 00");
      server.deliver(NOTIFY, "", 0);
      client.expect("30 23 \"" + NOTIFY + "\" 05 0B FFFFFF7F");
    }
  }

  /** Aliases of the server are the client's offer, which need not be taken (MQTT 5 §3.1.2.11.5). */
  @Test
  void wholeTopicNamesWhateverAliasesItTakes() {
    var connect = ConnectPacket.of(MQTT_5).property("22 000A");
    try (var client = RawClient.connected(server, connect)) {
      client.subscribe(1, NOTIFY, 0).hear();
      for (int i = 0; i < 2; i++) {
        server.deliver(NOTIFY, "", 0);
        client.expect("30 1E \"" + NOTIFY + "\" 00");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 23})
  void noConnectionWithPacketsSmallerThanItsAnswer(int most) {
    var small = ConnectPacket.of(MQTT_5).property("27 %08X".formatted(most));
    try (var client = RawClient.knock(server, small)) {
      if (most >= 5) {
        client.expectConnAck(ReasonCode.PACKET_TOO_LARGE);
      }
      client.expectEnd();
    }
    await()
        .until(
            () -> server.count("muster.endpoint.connects", "outcome", "maximum-packet-size") == 1);
    var enough = ConnectPacket.of(MQTT_5).property("27 00000018");
    RawClient.connected(server, enough).close();
  }

  @Test
  void noAnswerThatIsLargerThanItsPackets() {
    var small = ConnectPacket.of(MQTT_5).property("27 00000018");
    try (var client = RawClient.connected(server, small)) {
      client.send("82 57 0001 00 " + "\"a\" 00 ".repeat(21));
      client.expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
    }
    try (var client = RawClient.connected(server, small)) {
      client.send("82 4F 0001 00 " + "\"a\" 00 ".repeat(19));
      assertEquals(24, client.hear().body().length + 2);
    }
  }

  @Test
  void aMessageThatIsTooLargeForItIsNotToldAsDelivered() {
    var connect = ConnectPacket.of(MQTT_5).property("27 00000040");
    for (int qos = 1; qos <= 2; qos++) {
      try (var client = RawClient.connected(server, connect)) {
        client.subscribe(1, ALL, qos).hear();
        server.deliver("command/acme/boiler/req/1/on", "x".repeat(32), qos);
        client.expectNothing();
      }
    }
    server.awaitCount(2, "muster.endpoint.down", "outcome", "too-large");
    assertTrue(server.intake.announced("delivered").isEmpty());
  }

  @Test
  void aClientIdentifierOfItsOwnAlone() {
    try (var five = RawClient.knock(server, ConnectPacket.of(MQTT_5).client(""))) {
      five.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
    try (var three = RawClient.knock(server, ConnectPacket.of(MQTT_3_1_1).client(""))) {
      assertEquals(2, three.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID).body()[1]);
    }
  }
}
