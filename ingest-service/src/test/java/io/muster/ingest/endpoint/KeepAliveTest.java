package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a client may be silent. */
class KeepAliveTest {
  private static final Duration LONGER_THAN_ALLOWED = Duration.ofMillis(2_100);

  /** At MQTT 5 the server's keep-alive counts where the client's is longer or none. */
  @ParameterizedTest
  @CsvSource({"MQTT_3_1_1, 1", "MQTT_5, 0", "MQTT_5, 65535"})
  @Execution(CONCURRENT)
  void endsAClientThatIsSilent(ProtocolVersion version, int asked) {
    try (var server = TestEndpoint.start("connections.max-keep-alive", "1s");
        var client = RawClient.connected(server, ConnectPacket.of(version).keepAlive(asked))) {
      client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
      server.awaitEnd(EndReason.KEEP_ALIVE);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void keepsAClientThatPings() {
    try (var server = TestEndpoint.start()) {
      try {
        assertStaysWhileItPings(server);
      } catch (UncheckedIOException | AssertionError late) {
        // Once more, should the machine have stood still for longer than a client may be silent.
        assertStaysWhileItPings(server);
      }
    }
  }

  private static void assertStaysWhileItPings(TestEndpoint server) {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).keepAlive(2))) {
      await()
          .pollInterval(Duration.ofMillis(300))
          .during(Duration.ofMillis(3_100))
          .until(
              () -> {
                client.ping().expect("D0 00");
                return true;
              });
    }
  }

  @Test
  @Execution(CONCURRENT)
  void keepsAnMqtt3ClientThatWantsNoKeepAlive() {
    try (var server = TestEndpoint.start("connections.max-keep-alive", "1s");
        var client = RawClient.connected(server, ConnectPacket.of(MQTT_3_1_1).keepAlive(0))) {
      await()
          .during(LONGER_THAN_ALLOWED)
          .until(() -> server.gauge("muster.endpoint.connections") == 1);
      client.ping().expect("D0 00");
    }
  }

  /** It cannot be heard, so its silence is not its own. */
  @ParameterizedTest
  @EnumSource
  @Execution(CONCURRENT)
  void doesNotCountTheSilenceOfAClientThatIsNotRead(ProtocolVersion version) {
    try (var server = TestEndpoint.start("up.window-bytes", "65536");
        var client = RawClient.knock(server, ConnectPacket.of(version).keepAlive(1))) {
      server.intake.hold();
      // All is sent ahead, lest a slow machine makes for a silence that counts.
      client.publish(1, 1, "x".repeat(66_000)).expectConnAck(ReasonCode.SUCCESS);
      await().until(() -> server.intake.offered.size() == 1);
      server.awaitPaused(1);
      await()
          .during(LONGER_THAN_ALLOWED)
          .until(() -> server.gauge("muster.endpoint.connections") == 1);
      client.ping();
      server.intake.letGo();
      client.expect("40 02 0001").expect("D0 00");
      client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void endsAClientThatLeavesAPacketUnfinished() {
    try (var server = TestEndpoint.start("connections.packet-patience", "300ms");
        var client = RawClient.connected(server, MQTT_5)) {
      client.send("30 A09C01 \"t\"");
      client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
      server.awaitEnd(EndReason.STALLED);
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
    }
  }
}
