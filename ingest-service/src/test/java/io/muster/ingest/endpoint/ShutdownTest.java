package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of connections and messages when the endpoint stops. */
@Timeout(180)
class ShutdownTest {

  @ParameterizedTest
  @EnumSource
  void answersWhatItHasReadThenSaysGoodbye(ProtocolVersion version) throws Exception {
    try (var server = TestEndpoint.start();
        var client = RawClient.connected(server, version)) {
      server.intake.hold();
      client.publish(1, 1, "{}").publish(2, 2, "{}").publish(1, 3, "{}");
      await().until(() -> server.intake.held.size() == 3);
      var stopping = Thread.ofVirtual().start(server.endpoint::stop);
      server.awaitPaused(1);
      assertFalse(server.endpoint.isListening());
      server.intake.letGo();
      client.expect("40 02 0001").expect("50 02 0002").expect("40 02 0003");
      client.expectDisconnect(ReasonCode.SERVER_SHUTTING_DOWN);
      assertTrue(stopping.join(Duration.ofSeconds(60)));
      assertEquals(1, server.intake.announced("session/disconnected").size());
    }
  }

  @Test
  void readsNothingMoreAndLetsNobodyIn() {
    try (var server = TestEndpoint.start();
        var client = RawClient.connected(server, MQTT_5)) {
      server.intake.hold();
      client.publish(1, 1, "{}");
      await().until(() -> server.intake.held.size() == 1);
      Thread.ofVirtual().start(server.endpoint::stop);
      server.awaitPaused(1);
      client.publish(1, 2, "{}");
      // The sockets close just after it was told to stop.
      await()
          .untilAsserted(
              () ->
                  assertThrows(
                      UncheckedIOException.class, () -> RawClient.open(server, MQTT_5).close()));
      server.intake.letGo();
      client.expect("40 02 0001").expectDisconnect(ReasonCode.SERVER_SHUTTING_DOWN);
      assertEquals(1, server.intake.offered.size());
    }
  }

  @Test
  void doesNotWaitForEverForTheStore() {
    try (var server = TestEndpoint.start("drain-timeout", "300ms");
        var client = RawClient.connected(server, MQTT_5)) {
      server.intake.hold();
      client.publish(1, 1, "{}");
      await().until(() -> server.intake.held.size() == 1);
      server.endpoint.stop();
      client.expectDisconnect(ReasonCode.SERVER_SHUTTING_DOWN);
    }
  }

  @Test
  void closesWhoHasNotBeenAdmitted() {
    try (var server = TestEndpoint.start();
        var silent = RawClient.open(server, MQTT_5);
        var waiting = RawClient.open(server, MQTT_5)) {
      server.sessions.hold();
      waiting.send(ConnectPacket.of(MQTT_5).bytes());
      await().until(() -> server.sessions.claims.size() == 1);
      server.endpoint.stop();
      silent.expectEnd();
      waiting.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
      waiting.expectEnd();
      server.sessions.letGo();
      assertEquals(1, server.sessions.ends.size(), "a session that was not given back");
    }
  }

  @Test
  void stopsOnce() {
    try (var server = TestEndpoint.start()) {
      server.endpoint.stop();
      server.endpoint.stop();
      assertFalse(server.endpoint.isListening());
    }
  }

  @Test
  void saysWhichPortIsTaken() {
    try (var server = TestEndpoint.start()) {
      var taken = Integer.toString(server.port());
      var error =
          assertThrows(IllegalStateException.class, () -> TestEndpoint.start("port", taken));
      assertTrue(error.getMessage().contains(taken));
    }
  }
}
