package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may have on its way to the store before it has to wait. */
class BackPressureTest {
  private static final Duration A_WHILE = Duration.ofMillis(300);

  private static void publish(RawClient client, int qos, int from, int to) {
    for (int i = from; i <= to; i++) {
      client.publish(qos, i, "{}");
    }
  }

  private static void staysAt(TestEndpoint server, int offered) {
    await().until(() -> server.intake.offered.size() == offered);
    await().during(A_WHILE).until(() -> server.intake.offered.size() == offered);
  }

  @Test
  void announcesItsWindowToAnMqtt5Client() {
    try (var server = TestEndpoint.start("up.window", "3");
        var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      assertTrue(client.hear().toString().contains("210003"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void endsAnMqtt5ClientThatExceedsIt(int qos) {
    try (var server = TestEndpoint.start("up.window", "3");
        var client = RawClient.connected(server, MQTT_5)) {
      server.intake.hold();
      publish(client, qos, 1, 4);
      client.expectDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
      assertEquals(3, server.intake.offered.size());
    }
  }

  /** MQTT 5 §4.9: QoS 0 and what is answered does not count. */
  @Test
  void keepsAnMqtt5ClientThatKeepsToIt() {
    try (var server = TestEndpoint.start("up.window", "3");
        var client = RawClient.connected(server, MQTT_5)) {
      server.intake.hold();
      publish(client, 1, 1, 3);
      client.publish(0, 0, "{}").publish(0, 0, "{}");
      await().until(() -> server.intake.offered.size() == 5);
      server.intake.letGo();
      client.expect("40 02 0001").expect("40 02 0002").expect("40 02 0003");
      server.intake.hold();
      publish(client, 1, 1, 3);
      await().until(() -> server.intake.offered.size() == 8);
      client.ping().expect("D0 00");
    }
  }

  /** A QoS 2 message counts until its PUBREL. */
  @Test
  void countsAnMqtt5MessageAtQos2UntilItIsReleased() {
    try (var server = TestEndpoint.start("up.window", "1");
        var client = RawClient.connected(server, MQTT_5)) {
      client.publish(2, 1, "{}").expect("50 02 0001").send("62 02 0001").expect("70 02 0001");
      client.publish(2, 2, "{}").expect("50 02 0002").publish(2, 3, "{}");
      client.expectDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void doesNotReadAnMqtt3ClientBeyondItsWindow(int qos) {
    try (var server = TestEndpoint.start("up.window", "4");
        var client = RawClient.connected(server, MQTT_3_1_1)) {
      server.intake.hold();
      publish(client, qos, 1, 10);
      server.awaitPaused(1);
      staysAt(server, 4);
      server.awaitCount(1, "muster.endpoint.pauses", "reason", "window");
      server.intake.letGo();
      await().until(() -> server.intake.offered.size() == 10);
      server.awaitPaused(0);
      for (int i = 1; i <= 10 && qos > 0; i++) {
        client.expect((qos == 1 ? "40" : "50") + " 02 00" + "%02X".formatted(i));
      }
      client.ping().expect("D0 00");
    }
  }

  @Test
  void answersPingReqWithinTheWindow() {
    try (var server = TestEndpoint.start("up.window", "4");
        var client = RawClient.connected(server, MQTT_3_1_1)) {
      server.intake.hold();
      publish(client, 1, 1, 3);
      client.ping().expect("D0 00");
      assertEquals(0, server.gauge("muster.endpoint.paused"));
    }
  }

  /** It reads again only when there is room for several, so that it does not stop and go. */
  @Test
  void readsAgainWhenAQuarterOfTheWindowIsFree() {
    try (var server = TestEndpoint.start("up.window", "4");
        var client = RawClient.connected(server, MQTT_3_1_1)) {
      server.intake.hold();
      publish(client, 1, 1, 5);
      server.awaitPaused(1);
      server.intake.letGo(0);
      client.expect("40 02 0001");
      await().until(() -> server.intake.offered.size() == 5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void doesNotReadAClientBeyondItsBytes(int qos) {
    try (var server = TestEndpoint.start("up.window-bytes", "65536");
        var client = RawClient.connected(server, MQTT_5)) {
      server.intake.hold();
      var payload = "x".repeat(33_000);
      client.publish(qos, 1, payload).publish(qos, 2, payload).publish(qos, 3, payload);
      server.awaitPaused(1);
      staysAt(server, 2);
      server.awaitCount(1, "muster.endpoint.pauses", "reason", "bytes");
      server.intake.letGo(0);
      // One less than half must be left.
      await().during(A_WHILE).until(() -> server.gauge("muster.endpoint.paused") == 1);
      server.intake.letGo();
      await().until(() -> server.intake.offered.size() == 3);
    }
  }

  @Test
  void slowsDownADeviceThatSendsFasterThanItMay() {
    try (var server = TestEndpoint.start()) {
      server.access.limits = new DeviceLimits(10, 1_000);
      try (var client = RawClient.connected(server, MQTT_5)) {
        var began = System.nanoTime();
        // A burst of ten seconds passes, the rest at a tenth of a second each.
        publish(client, 1, 1, 110);
        await().until(() -> server.intake.offered.size() == 110);
        var took = Duration.ofNanos(System.nanoTime() - began);
        assertTrue(took.compareTo(Duration.ofMillis(800)) > 0, took::toString);
        assertTrue(server.count("muster.endpoint.pauses", "reason", "rate") >= 1);
        assertTrue(server.intake.letters.isEmpty());
      }
    }
  }

  /** The database is asked about each of these, and about none of the others. */
  @Test
  void countsPubRelsOfMessagesThatDidNotComeOverTheConnection() {
    try (var server = TestEndpoint.start()) {
      server.access.limits = new DeviceLimits(10, 1_000);
      try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
        for (int i = 1; i <= 60; i++) {
          client.publish(2, i, "{}").expect("50 02 %04X".formatted(i));
          client.send("62 02 %04X".formatted(i)).expect("70 02 %04X".formatted(i));
        }
        assertEquals(0, server.count("muster.endpoint.pauses", "reason", "rate"));
        client.send("62 02 0101".repeat(1_000));
        await().until(() -> server.count("muster.endpoint.pauses", "reason", "rate") >= 1);
        assertTrue(server.intake.letters.isEmpty());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"40 02 0001", "50 02 0001", "70 02 0001"})
  void countsAnswersToWhatWasNeverSent(String answer) {
    try (var server = TestEndpoint.start()) {
      server.access.limits = new DeviceLimits(100, 1_000);
      try (var client = RawClient.connected(server, MQTT_5)) {
        client.send(answer.repeat(3_000));
        await().until(() -> server.count("muster.endpoint.pauses", "reason", "rate") >= 1);
      }
    }
  }

  /** With each packet all that the session is subscribed to is stored anew. */
  @Test
  void countsTheBytesThatAreStoredForSubscriptions() {
    try (var server = TestEndpoint.start("limits.device.bytes-per-second", "10000")) {
      var two = ConnectPacket.of(MQTT_5).client("acme:boiler:2");
      try (var client = RawClient.connected(server, two)) {
        for (int i = 1; i <= 60; i++) {
          client.subscribe(i, "command/acme/boiler/req/" + i + "/#", 0).hear();
        }
        assertEquals(0, server.count("muster.endpoint.pauses", "reason", "rate"));
      }
      try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
        // Some of them again and again, should the machine be slow.
        for (int i = 1;
            i <= 6_000 && server.count("muster.endpoint.pauses", "reason", "rate") == 0;
            i++) {
          client.subscribe(i, "command/acme/boiler/req/" + i % 60 + "/#", 0).hear();
        }
        server.awaitCount(1, "muster.endpoint.pauses", "reason", "rate");
      }
    }
  }

  @Test
  void countsTheRateOfADeviceOverAllItsConnections() {
    try (var server = TestEndpoint.start()) {
      server.access.limits = new DeviceLimits(1, 1_000);
      var second = ConnectPacket.of(MQTT_5).client("acme:boiler:2");
      try (var one = RawClient.connected(server, MQTT_5);
          var two = RawClient.connected(server, second)) {
        publish(one, 1, 1, 10);
        await().until(() -> server.intake.offered.size() == 10);
        publish(two, 1, 1, 60);
        await().until(() -> server.count("muster.endpoint.pauses", "reason", "rate") >= 1);
      }
    }
  }
}
