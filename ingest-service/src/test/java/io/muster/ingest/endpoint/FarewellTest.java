package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ReasonCode;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of a connection as its client sees it. */
class FarewellTest {
  private static final int MIB = 1 << 20;

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start("up.window", "2");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** MQTT 5 §3.14.4: after DISCONNECT comes nothing, and a reset could take DISCONNECT away. */
  @Test
  void sendsNothingAfterDisconnect() {
    inTime(this::hearsNothingAfterDisconnect);
  }

  /** Twice again, should the machine take longer than the server listens after its last word. */
  private static void inTime(Runnable attempt) {
    for (var again = 2; again > 0; again--) {
      try {
        attempt.run();
        return;
      } catch (UncheckedIOException late) {
        // A server that does so each time fails the last attempt.
      }
    }
    attempt.run();
  }

  private void hearsNothingAfterDisconnect() {
    server.intake.hold();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(1, 1, "{}").publish(1, 2, "{}").publish(1, 3, "{}").publish(1, 4, "{}");
      await().until(() -> server.intake.held.size() == 2);
      await().until(() -> server.gauge("muster.endpoint.connections") == 0);
      server.intake.letGo();
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
      // Were the socket closed by now, this would be answered with a reset.
      client.ping().ping().expectDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }
  }

  @Test
  void sendsNoSubAckAfterDisconnect() {
    inTime(this::hearsNoSubAckAfterDisconnect);
  }

  private void hearsNoSubAckAfterDisconnect() {
    server.access.holdGateways();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, "command/acme/sensor/req/#", 1);
      await().until(server.access::isAskedForGateways);
      server.access.withdraw(new io.muster.ingest.access.Withdrawal.OfEverybody());
      await().until(() -> server.gauge("muster.endpoint.connections") == 0);
      server.access.letGatewaysGo();
      client.ping().ping().expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
    }
  }

  @Test
  void keepsNothingOfWhatAClientSendsAfterItsEnd() {
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).password("wrong"))) {
      client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      var before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      var most = before;
      try {
        for (int i = 0; i < 64; i++) {
          client.send(new byte[MIB]);
          most = Math.max(most, PooledByteBufAllocator.DEFAULT.pinnedDirectMemory());
        }
      } catch (UncheckedIOException closed) {
        // The server need not listen for ever.
      }
      assertTrue(most - before < 8 * MIB, "kept " + (most - before) / MIB + " MiB");
    }
  }

  @Test
  void closesEvenWhenTheClientDoesNot() {
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_3_1_1).password("wrong"))) {
      client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      client.expectEnd();
      await().pollInterval(Duration.ofMillis(100)).until(() -> isReset(client));
    }
  }

  private static boolean isReset(RawClient client) {
    try {
      client.ping();
      return false;
    } catch (UncheckedIOException reset) {
      return true;
    }
  }
}
