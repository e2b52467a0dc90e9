package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.muster.ingest.endpoint.session.EndReason;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must be the same over epoll and over Java's own sockets. */
@Timeout(180)
class TransportTest {
  private static final int BEFORE_THE_END = 4_000;
  private static final int MIB = 1 << 20;

  @Test
  void linuxOnTheseProcessorsHasEpoll() {
    assumeFalse(Boolean.getBoolean("io.netty.transport.noNative"), "epoll is switched off");
    var isLinux = System.getProperty("os.name").equals("Linux");
    var hasLibrary = List.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
    assertEquals(
        isLinux && hasLibrary, Epoll.isAvailable(), () -> "" + Epoll.unavailabilityCause());
  }

  @ParameterizedTest
  @EnumSource
  void readsToTheEndWhatCameBeforeTheClientClosedWhileItWasNotRead(EndpointConfig.Sockets sockets) {
    try (var server = TestEndpoint.start("transport", sockets.name(), "up.window", "1");
        var client = RawClient.connected(server, MQTT_3_1_1)) {
      server.intake.hold();
      client.publish(1, 1, "{}");
      server.awaitPaused(1);
      var body = "x".repeat(100);
      for (int i = 0; i < BEFORE_THE_END; i++) {
        client.publish(0, 0, body);
      }
      client.send("E0 00").endOutput();
      server.intake.letGo();
      server.awaitEnd(EndReason.CLIENT);
      assertEquals(1 + BEFORE_THE_END, server.intake.offered.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void letsInWhoSaidAllBeforeItWasAnswered(EndpointConfig.Sockets sockets) {
    try (var server = TestEndpoint.start("transport", sockets.name())) {
      server.sessions.hold();
      try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
        client.publish(0, 0, "{}").send("E0 00").endOutput();
        await().until(() -> server.sessions.claims.size() == 1);
        server.sessions.letGo();
        server.awaitEnd(EndReason.CLIENT);
        assertEquals(1, server.intake.offered.size());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void strangersThatSaidMuchAndClosedFillNoMemory(EndpointConfig.Sockets sockets) {
    try (var server =
        TestEndpoint.start(
            "transport", sockets.name(),
            "connections.knocking-bytes", "1000000",
            "connections.admission-timeout", "1s")) {
      server.access.answersNever = true;
      var before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      long most = before;
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        var client = RawClient.knock(server, ConnectPacket.of(MQTT_5));
        clients.add(client);
        sayMuchAndEnd(client);
        most = Math.max(most, PooledByteBufAllocator.DEFAULT.pinnedDirectMemory());
      }
      var kept = most - before;
      assertTrue(kept < 3 * MIB, () -> kept + " bytes of strangers");
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      clients.forEach(RawClient::close);
    }
  }

  private static void sayMuchAndEnd(RawClient client) {
    try {
      client.send(new byte[100_000]).endOutput();
    } catch (UncheckedIOException closed) {
      // It has had enough.
    }
  }
}
