package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What services say to devices. */
class DownwardTest {
  private static final DeviceAddress SENSOR = DeviceAddress.of("acme", "sensor");
  private static final String ALL = "command/acme/boiler/req/#";

  private final TestEndpoint server = TestEndpoint.start("down.queue", "3", "down.window", "2");

  @AfterEach
  void stop() {
    server.close();
  }

  private static String command(int number) {
    return "command/acme/boiler/req/" + number + "/on";
  }

  private RawClient subscribed(ConnectPacket connect, int qos) {
    var client = RawClient.connected(server, connect);
    client.subscribe(1, ALL, qos).hear();
    return client;
  }

  private RawClient subscribed(ProtocolVersion version, int qos) {
    return subscribed(ConnectPacket.of(version), qos);
  }

  private double outcome(String outcome) {
    return server.count("muster.endpoint.down", "outcome", outcome);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "1, 0"})
  void sendsTheLesserOfTheQosOfMessageAndSubscription(int message, int granted) {
    try (var client = subscribed(MQTT_3_1_1, granted)) {
      server.deliver(command(1), "!", message);
      client.expect("30 1F \"" + command(1) + "\" '!'");
    }
  }

  @Test
  void tellsTheServiceThatAMessageWasDelivered() {
    try (var client = subscribed(MQTT_5, 1)) {
      server.deliver(command(1), "!", 1);
      client.expect("32 22 \"" + command(1) + "\" 0001 00 '!'");
      client.expectNothing();
      assertEquals(0, server.intake.announced("delivered").size());
      client.send("40 02 0001");
      await().until(() -> server.intake.announced("delivered").size() == 1);
      var delivered = server.intake.announced("delivered").getFirst();
      assertEquals(TestEndpoint.DEVICE, delivered.device());
      var event = (DeliveredEvent) delivered.data();
      assertEquals(command(1), event.topic());
      assertEquals(1, event.packetEpoch());
      // That of the announcement is given back just after it.
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
    }
  }

  @Test
  void doesNotTellOfAMessageThatTheDeviceRefuses() {
    try (var client = subscribed(MQTT_5, 1)) {
      server.deliver(command(1), "!", 1);
      client.hear();
      client.send("40 03 0001 83").expectNothing();
      assertEquals(1, outcome("refused"));
      assertEquals(0, server.intake.announced("delivered").size());
    }
  }

  @Test
  void takesNoNoticeOfAPubAckForWhatItDidNotSend() {
    try (var client = subscribed(MQTT_5, 1)) {
      client.send("40 02 0001").expectNothing();
      assertEquals(0, server.intake.announced("delivered").size());
    }
  }

  @Test
  void sendsAllThatTheServiceSaidOfTheMessage() {
    try (var client = subscribed(MQTT_5, 0)) {
      var topic = DownwardTopic.parse(command(1)).orElseThrow();
      server.endpoint.deliver(
          new DownwardMessage(
              topic,
              "!".getBytes(UTF_8),
              0,
              "text",
              "r",
              "c".getBytes(UTF_8),
              UserProperties.builder().add("k", "v").add("a", "b").add("k", "w").build(),
              -1,
              1));
      client.expect(
          "30 46 \""
              + command(1)
              + "\" 26 01 01 03 \"text\" 08 \"r\" 09 \"c\" 26 \"k\" \"v\" 26 \"a\" \"b\" 26 \"k\" \"w\" '!'");
    }
  }

  @Test
  void namesAllSubscriptionsThatWantedIt() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("82 21 0001 02 0B 07 \"command/acme/boiler/req/#\" 00").hear();
      client.send("82 24 0002 02 0B 08 \"command/acme/boiler/req/+/on\" 01").hear();
      server.deliver(command(1), "!", 0);
      client.expect("30 24 \"" + command(1) + "\" 04 0B 07 0B 08 '!'");
      client.expectNothing();
    }
  }

  @Test
  void sendsAwsTopicsByTheirOwnName() {
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.subscribe(1, "$aws/things/acme:boiler/shadow/get/+", 1).hear();
      server.deliver("aws/acme/boiler/shadow/get/accepted", "{}", 0);
      client.expect("30 2F \"$aws/things/acme:boiler/shadow/get/accepted\" '{}'");
    }
  }

  @Test
  void sendsNothingThatNobodyAskedFor() {
    try (var client = subscribed(MQTT_5, 1)) {
      server.deliver("firmware/acme/boiler/notify", "!", 0);
      server.deliver("command/acme/other/req/1/on", "!", 0);
      server.deliver("provision/acme/random/res", "!", 0);
      client.expectNothing();
      await().until(() -> outcome("not-subscribed") == 1);
      assertEquals(0, server.gauge("muster.endpoint.memory.bytes"));
    }
  }

  @Test
  void tellsOfADeliveryToADeviceBehindAGateway() {
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, "command/acme/sensor/req/#", 1).hear();
      server.deliver("command/acme/sensor/req/1/on", "!", 1);
      client.hear();
      client.send("40 02 0001");
      await().until(() -> server.intake.announced("delivered").size() == 1);
      assertEquals(SENSOR, server.intake.announced("delivered").getFirst().device());
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendsNoMoreAtATimeThanItsWindow(ProtocolVersion version) {
    try (var client = subscribed(version, 1)) {
      sendsTwo(client);
      server.deliver(command(3), "", 1);
      server.deliver(command(4), "", 1);
      client.expectNothing().send("40 02 0002");
      assertTrue(client.hear().toString().contains(hex("req/3/on") + "0003"));
      client.expectNothing().send("40 02 0001");
      assertTrue(client.hear().toString().contains(hex("req/4/on") + "0004"));
    }
  }

  private void sendsTwo(RawClient client) {
    for (int i = 1; i <= 2; i++) {
      server.deliver(command(i), "", 1);
      assertTrue(client.hear().toString().contains(hex("req/" + i + "/on") + "000" + i));
    }
  }

  @Test
  void sendsNoMoreAtATimeThanTheClientTakes() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5).property("21 0001"), 1)) {
      server.deliver(command(1), "", 1);
      server.deliver(command(2), "", 1);
      client.hear();
      client.expectNothing().send("40 02 0001");
      assertTrue(client.hear().toString().contains("0002"));
    }
  }

  @Test
  void dropsWhatDoesNotFitIntoTheQueue() {
    try (var client = subscribed(MQTT_5, 1)) {
      sendsTwo(client);
      for (int i = 3; i <= 6; i++) {
        server.deliver(command(i), "", 1);
      }
      client.expectNothing();
      assertEquals(1, outcome("queue-full"));
      client.send("40 02 0001 40 02 0002");
      client.hear();
      client.hear();
      server.deliver(command(7), "", 1);
      client.send("40 02 0003 40 02 0004");
      client.hear();
      assertTrue(client.hear().toString().contains(hex("req/7/on")));
    }
  }

  private static String hex(String text) {
    return java.util.HexFormat.of().formatHex(text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void dropsWhatHasExpired(ProtocolVersion version) {
    try (var client = subscribed(version, 1)) {
      server.deliver(command(1), "", 1, 0);
      client.expectNothing();
      await().until(() -> outcome("expired") == 1);
      assertEquals(0, server.gauge("muster.endpoint.memory.bytes"));
    }
  }

  @Test
  void saysHowLongAMessageIsStillGood() {
    try (var client = subscribed(MQTT_5, 0)) {
      server.deliver(command(1), "!", 0, 60);
      client.expect("30 25 \"" + command(1) + "\" 05 02 0000003B '!'");
    }
  }

  @Test
  void dropsWhatIsLargerThanTheClientTakes() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5).property("27 00000040"), 0)) {
      server.deliver(command(1), "x".repeat(32), 0);
      server.deliver(command(2), "x".repeat(31), 0);
      assertEquals(64, client.hear().body().length + 2);
      assertEquals(1, outcome("too-large"));
    }
  }

  @Test
  void givesMemoryBackForWhatADeviceLeftUnacknowledged() {
    var client = subscribed(MQTT_5, 1);
    sendsTwo(client);
    server.deliver(command(3), "", 1);
    assertTrue(server.gauge("muster.endpoint.memory.bytes") > 0);
    client.close();
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
    assertEquals(0, server.intake.announced("delivered").size());
  }
}
