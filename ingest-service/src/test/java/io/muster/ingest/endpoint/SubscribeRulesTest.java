package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT 5 §3.8 to §3.11 and §4.7 ask of a server; the guide's table names these tests. */
class SubscribeRulesTest {
  private static final String ALL = "command/acme/boiler/req/#";
  private static final String ONE = "command/acme/boiler/req/1/on";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String published(int first, int identifier, String properties) {
    var bytes = WireBytes.of(properties);
    var packet =
        WireBytes.packet(
            first,
            WireBytes.string(ONE),
            identifier == 0 ? new byte[0] : new byte[] {0, (byte) identifier},
            new byte[] {(byte) bytes.length},
            bytes,
            new byte[] {'!'});
    return HexFormat.of().formatHex(packet);
  }

  /** QoS 2 may be granted as less; nothing else may be made of it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void grantsNoMoreThanWasAskedForAndRefusesNoQos(int asked) {
    for (var version : ProtocolVersion.values()) {
      try (var client = RawClient.connected(server, version)) {
        var body = client.subscribe(1, ALL, asked).hear().body();
        assertTrue(body[body.length - 1] >= 0 && body[body.length - 1] <= asked);
      }
    }
  }

  @Test
  void replacesTheSubscriptionOfTheSameFilter() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("82 21 0001 02 0B 07 \"" + ALL + "\" 01").expect("90 04 0001 00 01");
      client.send("82 21 0002 02 0B 08 \"" + ALL + "\" 00").expect("90 04 0002 00 00");
      server.deliver(ONE, "!", 1);
      client.expect(published(0x30, 0, "0B 08")).expectNothing();
    }
  }

  @Test
  void losesNothingWhileASubscriptionIsReplaced() {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      client.subscribe(1, ALL, 1).expect("90 04 0001 00 01");
      client.subscribe(2, ALL, 1);
      List<String> heard = new ArrayList<>();
      for (int i = 1; i <= 5; i++) {
        server.deliver(ONE, "!", 1);
      }
      for (int i = 1; i <= 6; i++) {
        heard.add(client.hear().toString());
      }
      assertTrue(heard.remove("900400020001"), heard::toString);
      for (int i = 1; i <= 5; i++) {
        assertEquals(published(0x32, i, ""), heard.get(i - 1));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 1", "0, 0, 0"})
  void sendsAMessageOnceAndAtTheGreatestQosOfThoseThatWantIt(int first, int second, int qos) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, ALL, first).hear();
      client.subscribe(2, ONE, second).hear();
      server.deliver(ONE, "!", 1);
      client.expect(published(0x30 | qos << 1, qos, "")).expectNothing();
    }
  }

  /** With the option and without it: what a device says goes to services alone. */
  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x05})
  void sendsNobodyWhatItPublished(int options) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, "shadow/acme/boiler/#", options).expect("90 04 0001 00 01");
      client.publish("shadow/acme/boiler/update", 1, 2, "{}").expect("40 02 0002");
      client.expectNothing();
    }
  }

  /** Whatever it asks for with Retain Handling, on a first subscription and on another one. */
  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x11, 0x21})
  void sendsNothingThatWasRetained(int options) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      var presence = WireBytes.string("presence/acme/boiler");
      client.send(WireBytes.packet(0x33, presence, new byte[] {0, 1, 0, '!'}));
      client.expect("40 02 0001");
      for (int i = 1; i <= 2; i++) {
        client.subscribe(i, ALL, options).expect("90 04 000" + i + " 00 01").expectNothing();
      }
    }
  }

  /** Services retain nothing that is for a device, so it is 0 as published. */
  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x09})
  void sendsMessagesThatAreNotRetained(int options) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, ALL, options).hear();
      server.deliver(ONE, "!", 1);
      client.expect(published(0x32, 1, ""));
    }
  }

  @Test
  void endsAClientThatWantsNoLocalOnASharedSubscription() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, "$share/g/" + ALL, 0x05).expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$share/g/command/acme/boiler/req/#",
        "$share//command/acme/boiler/req/#",
        "$share/a+b/command/acme/boiler/req/#",
        "$share/g",
        "$share/"
      })
  void refusesEverySharedSubscription(String filter) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, filter, 1);
      var body = client.hear().body();
      var code = body[body.length - 1] & 0xFF;
      assertEquals(ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED.code(), code);
    }
  }

  /** An answer that is larger than the client takes must not be sent. */
  @ParameterizedTest
  @CsvSource({"82, 01, 21", "A2, '', 21"})
  void endsAClientThatCouldNotTakeTheAnswer(String type, String options, int fitting) {
    var small = ConnectPacket.of(MQTT_5).property("27 0000001A");
    try (var client = RawClient.connected(server, small)) {
      client.send(filters(type, options, fitting));
      assertEquals(26, client.hear().body().length + 2);
      client.send(filters(type, options, fitting + 1));
      client.expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  private static byte[] filters(String type, String options, int count) {
    var body = "0001 00 " + ("\"a\" " + options + " ").repeat(count);
    return WireBytes.packet(Integer.parseInt(type, 16), WireBytes.of(body));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "command/acme/boiler/req/+",
        "command/acme/boiler/req/",
        "command/acme/boiler/req/1/on",
        "Command/acme/boiler/req/#",
        "command/acme/boiler/req/#/",
        "#"
      })
  void endsTheSubscriptionThatIsWrittenTheSameAndNoOther(String filter) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, ALL, 1).hear();
      client.unsubscribe(2, filter).expect("B0 04 0002 00 11");
      server.deliver(ONE, "!", 0);
      client.expect(published(0x30, 0, ""));
      client.unsubscribe(3, ALL).expect("B0 04 0003 00 00");
      server.deliver(ONE, "!", 0);
      client.expectNothing();
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersEachFilterThatIsUnsubscribedInItsPlace(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.subscribe(1, ALL, 1).hear();
      client.subscribe(2, "firmware/acme/boiler/notify", 1).hear();
      var five = version == MQTT_5;
      var filters = "\"" + ALL + "\" \"a\" \"firmware/acme/boiler/notify\"";
      client.send(WireBytes.packet(0xA2, WireBytes.of("0003" + (five ? "00" : "") + filters)));
      client.expect(five ? "B0 06 0003 00 00 11 00" : "B0 02 0003");
      server.deliver(ONE, "!", 0);
      server.deliver("firmware/acme/boiler/notify", "!", 0);
      client.expectNothing();
    }
  }

  @Test
  void takesTheAcknowledgementOfWhatItSentBeforeTheSubscriptionEnded() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, ALL, 1).hear();
      server.deliver(ONE, "!", 1);
      client.expect(published(0x32, 1, ""));
      client.unsubscribe(2, ALL).expect("B0 04 0002 00 00");
      client.send("40 02 0001");
      await().until(() -> server.intake.announced("delivered").size() == 1);
    }
  }

  /** No level is left out, put in, folded or decoded. */
  @ParameterizedTest
  @CsvSource({
    "command/acme/boiler/req//on,      command/acme/boiler/req/on",
    "command/acme/boiler/req/1/on,     command/acme/boiler/req/1/On",
    "command/acme/boiler/req/1/on,     command/acme/boiler/req/1/on/",
    "command/acme/boiler/req/1/%6Fn,   command/acme/boiler/req/1/on",
    "command/acme/boiler/req/1/e\u0301, command/acme/boiler/req/1/\u00E9",
  })
  void matchesTopicNamesAsTheyAreWritten(String filter, String other) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, filter, 0).expect("90 04 0001 00 00");
      DownwardTopic.parse(other).ifPresent(topic -> server.deliver(other, "!", 0));
      client.expectNothing();
    }
  }
}
