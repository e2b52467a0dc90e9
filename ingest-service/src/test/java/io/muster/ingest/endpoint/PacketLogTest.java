package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import io.muster.ingest.endpoint.packetlog.PacketSwitch;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written down of one device's packets while its log is on. */
class PacketLogTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final String USER_PROPERTY = "26 0003 6B6579 0006 736563726574";

  private final TestEndpoint server = TestEndpoint.start();
  private final List<PacketEntry> written = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    server.close();
  }

  private void switchOn(boolean payloads, DeviceAddress... devices) {
    switchOn(payloads, 1_000, LONG, devices);
  }

  private void switchOn(boolean payloads, int perSecond, Duration left, DeviceAddress... devices) {
    server.endpoint.logPackets(
        Arrays.stream(devices).map(device -> new PacketSwitch(device, payloads, left)).toList(),
        perSecond,
        (device, entry) -> written.add(entry));
  }

  private PacketEntry awaitEntry(String direction, String packet) {
    await().until(() -> written.stream().anyMatch(it -> is(it, direction, packet)));
    return written.stream().filter(it -> is(it, direction, packet)).findFirst().orElseThrow();
  }

  private static boolean is(PacketEntry entry, String direction, String packet) {
    return entry.direction().equals(direction) && entry.packet().equals(packet);
  }

  private List<String> packets() {
    return written.stream().map(it -> it.direction() + " " + it.packet()).toList();
  }

  private void assertShownNowhere(String text) {
    assertFalse(written.toString().contains(text), () -> text + " in " + written);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void showsBothDirectionsFromConnectToTheEnd(ProtocolVersion version) {
    switchOn(false, TestEndpoint.DEVICE);
    var client = RawClient.connected(server, version);
    client.publish(1, 7, "{}").expect("40 02 0007");
    client.subscribe(8, "command/acme/boiler/req/#", 1).hear();
    server.deliver("command/acme/boiler/req/r1/open", "now", 1);
    client.hear();
    client.send("40 02 0001").ping().expect("D0 00");
    client.disconnect();
    awaitEntry("event", "closed");
    assertEquals(
        List.of(
            "in CONNECT",
            "event accepted",
            "out CONNACK",
            "in PUBLISH",
            "out PUBACK",
            "in SUBSCRIBE",
            "out SUBACK",
            "out PUBLISH",
            "in PUBACK",
            "in PINGREQ",
            "out PINGRESP",
            "in DISCONNECT",
            "event ended",
            "event closed"),
        packets());
    var publish = awaitEntry("in", "PUBLISH").fields();
    assertEquals(TestEndpoint.TELEMETRY, publish.get("topic"));
    assertEquals(1, publish.get("qos"));
    assertEquals(7, publish.get("packetId"));
    assertEquals(2, publish.get("bytes"));
    assertEquals(false, publish.get("dup"));
    assertNull(publish.get("payload"));
    assertEquals(7, awaitEntry("out", "PUBACK").fields().get("packetId"));
    assertEquals(
        List.of("command/acme/boiler/req/# (QoS 1)"),
        awaitEntry("in", "SUBSCRIBE").fields().get("filters"));
    assertEquals(List.of("0x01"), awaitEntry("out", "SUBACK").fields().get("reasonCodes"));
    assertEquals(
        "command/acme/boiler/req/r1/open", awaitEntry("out", "PUBLISH").fields().get("topic"));
    assertEquals("client", awaitEntry("event", "ended").fields().get("reason"));
    assertEquals("127.0.0.1", written.getFirst().address());
    assertEquals("one", written.getFirst().replica());
    assertNotNull(awaitEntry("in", "PUBLISH").connectionId());
    assertEquals(1, written.stream().map(PacketEntry::connection).distinct().count());
  }

  @Test
  void neverShowsPasswordsPayloadsOrUserPropertiesValuesByDefault() {
    switchOn(false, TestEndpoint.DEVICE);
    try (var client =
        RawClient.connected(
            server,
            ConnectPacket.of(MQTT_5)
                .property(USER_PROPERTY)
                .will("event/acme/boiler", "last words", 1, false, USER_PROPERTY))) {
      client.publish(
          TestEndpoint.TELEMETRY, 1, 1, "{\"t\":4711}", "03 0004 61626364" + USER_PROPERTY);
      client.expect("40 02 0001");
      awaitEntry("out", "PUBACK");
    }
    assertShownNowhere(FakeAccess.SECRET);
    assertShownNowhere("last words");
    assertShownNowhere("6c61737420776f726473");
    assertShownNowhere("4711");
    assertShownNowhere("34373131");
    assertShownNowhere("secret");
    assertShownNowhere("abcd");
    assertEquals(
        List.of("content-type", "user-property:key"),
        awaitEntry("in", "PUBLISH").fields().get("properties"));
    var connect = awaitEntry("in", "CONNECT").fields();
    assertEquals("not shown", connect.get("password"));
    assertEquals("event/acme/boiler", connect.get("willTopic"));
    assertEquals(List.of("user-property:key"), connect.get("willProperties"));
  }

  @Test
  void showsTheFirstBytesOfPayloadsWhenAskedTo() {
    switchOn(true, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(8, "command/acme/boiler/req/#", 0).hear();
      client.publish(0, 0, "x".repeat(1_000));
      server.deliver("command/acme/boiler/req//open", "y".repeat(300), 0);
      client.hear();
      assertEquals("78".repeat(256) + "…", awaitEntry("in", "PUBLISH").fields().get("payload"));
      assertEquals("79".repeat(256) + "…", awaitEntry("out", "PUBLISH").fields().get("payload"));
    }
    assertShownNowhere(FakeAccess.SECRET);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void showsARefusedConnectWithTheReasonThatTheClientDoesNotHear(ProtocolVersion version) {
    switchOn(false, TestEndpoint.DEVICE);
    try (var client =
        RawClient.knock(server, ConnectPacket.of(version).password("not the right one"))) {
      client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      client.expectEnd();
    }
    assertEquals("wrong-secret", awaitEntry("event", "refused").fields().get("reason"));
    awaitEntry("out", "CONNACK");
    assertEquals(List.of("in CONNECT", "event refused", "out CONNACK"), packets().subList(0, 3));
    assertShownNowhere("not the right one");
  }

  @Test
  void showsAConnectThatClaimsTheDeviceByItsClientIdentifierOrItsUserName() {
    switchOn(false, TestEndpoint.DEVICE);
    try (var client =
        RawClient.knock(server, ConnectPacket.of(MQTT_5).user("wrong place of a secret"))) {
      client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }
    var connect = awaitEntry("in", "CONNECT").fields();
    assertEquals("(not {device}@{tenant})", connect.get("userName"));
    assertEquals(
        "bad-user-name-or-password", awaitEntry("event", "refused").fields().get("reason"));
    written.clear();
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).client("mqttx_1"))) {
      client.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
    assertEquals("mqttx_1", awaitEntry("in", "CONNECT").fields().get("clientIdentifier"));
    assertEquals(
        "client-identifier-not-valid", awaitEntry("event", "refused").fields().get("reason"));
  }

  @Test
  void saysNothingOfOtherTenantsDevices() {
    switchOn(false, TestEndpoint.DEVICE);
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).user("pump@rival"))) {
      client.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).client("rival:pump"))) {
      client.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
    await().until(() -> written.stream().filter(it -> is(it, "in", "CONNECT")).count() == 2);
    assertShownNowhere("rival");
  }

  @Test
  void writesDownThatDeviceAlone() {
    switchOn(false, TestEndpoint.DEVICE);
    try (var other = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("other"))) {
      other.ping().expect("D0 00");
    }
    assertEquals(List.of(), packets());
  }

  @Test
  void reachesConnectionsThatAreOpenAndLeavesThemAgain() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.ping().expect("D0 00");
      assertEquals(List.of(), packets());
      switchOn(false, TestEndpoint.DEVICE);
      var watched = awaitEntry("event", "watched");
      assertEquals(TestEndpoint.CLIENT, watched.fields().get("clientIdentifier"));
      client.ping().expect("D0 00");
      assertEquals(List.of("event watched", "in PINGREQ", "out PINGRESP"), packets());
      switchOn(false);
      client.expectNothing();
      assertEquals(3, written.size());
      switchOn(false, TestEndpoint.DEVICE);
      await().until(() -> written.size() == 4);
      client.ping().expect("D0 00");
      assertEquals(List.of("event watched", "in PINGREQ", "out PINGRESP"), packets().subList(3, 6));
    }
  }

  @Test
  void endsByItself() {
    switchOn(false, 1_000, Duration.ofMillis(400), TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      await()
          .until(
              () -> {
                var before = written.size();
                client.ping().expect("D0 00");
                return written.size() == before;
              });
      switchOn(false, TestEndpoint.DEVICE);
      await().until(() -> written.getLast().packet().equals("watched"));
    }
  }

  @Test
  void whatIsTooMuchIsLeftOutAndCounted() {
    switchOn(false, 1, LONG, TestEndpoint.DEVICE);
    var began = System.nanoTime();
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int i = 0; i < 20; i++) {
        client.ping().expect("D0 00");
      }
      client.publish(1, 1, "{}").expect("40 02 0001");
    }
    var most = 10 + Duration.ofNanos(System.nanoTime() - began).toSeconds();
    assertTrue(written.size() >= 10 && written.size() <= most, () -> written.size() + " packets");
  }

  @Test
  void showsWhyAConnectionWasEnded() {
    switchOn(false, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      // Reserved bits of PINGREQ.
      client.send("C1 00").expectEnd();
      var ended = awaitEntry("event", "ended").fields();
      assertEquals("malformed-packet", ended.get("reason"));
      assertFalse(ended.get("detail").toString().isEmpty());
    }
    written.clear();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("C1 00").expectDisconnect(ReasonCode.MALFORMED_PACKET);
      var disconnect = awaitEntry("out", "DISCONNECT").fields();
      assertEquals("0x81", disconnect.get("reasonCode"));
      assertTrue(disconnect.containsKey("reasonString"), disconnect::toString);
    }
  }

  @Test
  void textsOfClientsStayInOneLine() {
    switchOn(false, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish("a\nb\u202Ec" + "d".repeat(500), 1, 1, "{}").hear();
      var topic = awaitEntry("in", "PUBLISH").fields().get("topic").toString();
      assertTrue(topic.startsWith("a?b?cd"), topic);
      assertEquals(256, topic.length());
    }
  }

  @Test
  void showsEachOfManyAnswersInOneWrite() {
    switchOn(false, TestEndpoint.DEVICE);
    server.intake.hold();
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int i = 1; i <= 20; i++) {
        client.publish(1, i, "{}");
      }
      await().until(() -> server.intake.offered.size() == 20);
      server.intake.letGo();
      for (int i = 1; i <= 20; i++) {
        client.expect("40 02 %04X".formatted(i));
      }
      await().until(() -> written.stream().filter(it -> is(it, "out", "PUBACK")).count() == 20);
    }
  }
}
