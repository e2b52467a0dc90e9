package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.sessions.SessionEnd;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many may connect, how fast they may come, and how long it may take. */
class ConnectLimitsTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "10 0E \"MQTT\" 04"})
  void closesWhoDoesNotSayWhoHeIsInTime(String begin) {
    try (var server = TestEndpoint.start("connections.connect-timeout", "300ms");
        var client = RawClient.open(server, MQTT_3_1_1)) {
      client.send(begin).expectEnd();
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      server.awaitCount(1, "muster.endpoint.connects", "outcome", "connect-timeout");
    }
  }

  @Test
  void refusesOneMoreThanItHasSeatsFor() {
    try (var server = TestEndpoint.start("connections.most", "1");
        var first = RawClient.connected(server, MQTT_5)) {
      try (var second = RawClient.knock(server, ConnectPacket.of(MQTT_5).device("b"))) {
        second.expectConnAck(ReasonCode.QUOTA_EXCEEDED);
        second.expectEnd();
      }
      first.disconnect();
      await().until(() -> server.gauge("muster.endpoint.connections") == 0);
      RawClient.connected(server, ConnectPacket.of(MQTT_5).device("b")).close();
    }
  }

  @Test
  void closesOneMoreThanMayKnock() {
    try (var server = TestEndpoint.start("connections.most-knocking", "1");
        var first = RawClient.open(server, MQTT_5)) {
      await().until(() -> server.gauge("muster.endpoint.knocking") == 1);
      try (var second = RawClient.open(server, MQTT_5)) {
        second.expectEnd();
      }
      first.close();
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      RawClient.connected(server, MQTT_5).close();
    }
  }

  @Test
  void letsConnectsWaitForTheirTurn() {
    try (var server =
            TestEndpoint.start("connections.per-second", "1", "connections.patience", "1m");
        var first = RawClient.open(server, MQTT_5);
        var second = RawClient.open(server, MQTT_5)) {
      var began = System.nanoTime();
      first.send(ConnectPacket.of(MQTT_5).device("a").bytes());
      first.expectConnAck(ReasonCode.SUCCESS);
      second.send(ConnectPacket.of(MQTT_5).device("b").bytes());
      second.expectConnAck(ReasonCode.SUCCESS);
      var took = Duration.ofNanos(System.nanoTime() - began);
      assertTrue(took.compareTo(Duration.ofMillis(900)) > 0, took::toString);
    }
  }

  @Test
  void refusesThoseThatWouldWaitTooLong() {
    try (var server =
        TestEndpoint.start("connections.per-second", "1", "connections.patience", "10ms")) {
      // On a slow machine a second may have passed since the one before.
      await().until(() -> isToldThatItIsBusy(server));
    }
  }

  private static boolean isToldThatItIsBusy(TestEndpoint server) {
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      return (client.hear().body()[1] & 0xFF) == ReasonCode.SERVER_BUSY.code();
    }
  }

  @Test
  void refusesWhenTheRegistryDoesNotAnswerInTime() {
    try (var server = TestEndpoint.start("connections.admission-timeout", "200ms")) {
      server.access.answersNever = true;
      try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
        client.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
        client.expectEnd();
      }
      await().until(() -> server.gauge("muster.endpoint.connections") == 0);
    }
  }

  @Test
  void givesBackASessionThatComesTooLate() {
    try (var server = TestEndpoint.start("connections.admission-timeout", "200ms")) {
      server.sessions.hold();
      var connect = ConnectPacket.of(MQTT_5).persistent().will("event/acme/boiler", "", 1, false);
      try (var client = RawClient.knock(server, connect)) {
        client.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
        server.sessions.letGo();
        await().until(() -> server.sessions.ends.size() == 1);
        var end = server.sessions.ends.getFirst();
        assertEquals(new SessionEnd(end.client(), 1, 3_600, false), end);
        assertEquals(0, server.intake.announcements.size());
      }
    }
  }
}
