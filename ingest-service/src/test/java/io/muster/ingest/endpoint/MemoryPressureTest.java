package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ReasonCode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The steps in which the endpoint sheds when all connections together hold too much. */
class MemoryPressureTest {
  private static final Duration A_WHILE = Duration.ofMillis(300);
  private static final String TENTH = "x".repeat(20_000 - 256);

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start("up.memory-bytes", "200000");
    server.intake.hold();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private RawClient filled(int tenths) {
    var client = RawClient.connected(server, MQTT_5);
    for (int i = 1; i <= tenths; i++) {
      client.publish(1, i, TENTH);
    }
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == tenths * 20_000);
    return client;
  }

  @Test
  void takesQos0BelowSevenTenths() {
    try (var client = filled(7)) {
      client.publish(0, 0, "{}").ping().expect("D0 00");
      assertEquals(8, server.intake.offered.size());
    }
  }

  @Test
  void shedsQos0FirstAndKeepsQos1() {
    try (var client = filled(8)) {
      client.publish(0, 0, "{}").publish(1, 9, "{}").ping().expect("D0 00");
      server.awaitCount(1, "muster.endpoint.shed");
      assertEquals(9, server.intake.offered.size());
      RawClient.connected(server, ConnectPacket.of(MQTT_5).device("other")).close();
      server.intake.letGo();
      client.expect("40 02 0001");
      // An acknowledgement goes out just before its memory is given back.
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
      client.publish(0, 0, "{}");
      await().until(() -> server.intake.offered.size() == 10);
    }
  }

  @Test
  void refusesConnectionsNextAndIsNotReady() {
    try (var client = filled(9)) {
      assertTrue(server.endpoint.isUnderPressure());
      var other = ConnectPacket.of(MQTT_5).device("other");
      try (var refused = RawClient.knock(server, other)) {
        refused.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
        refused.expectEnd();
      }
      client.ping().expect("D0 00");
      server.intake.letGo();
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
      assertFalse(server.endpoint.isUnderPressure());
      RawClient.connected(server, other).close();
    }
  }

  @Test
  void readsNobodyAtLastAndRecovers() {
    try (var idle = RawClient.connected(server, ConnectPacket.of(MQTT_3_1_1).device("idle"));
        var client = filled(9)) {
      client.publish(1, 10, TENTH + "xxx").publish(1, 11, "{}");
      server.awaitPaused(1);
      await().during(A_WHILE).until(() -> server.intake.offered.size() <= 10);
      server.intake.letGo();
      for (int i = 1; i <= 11; i++) {
        client.expect("40 02 00" + "%02X".formatted(i));
      }
      idle.ping().expect("D0 00");
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
      server.awaitPaused(0);
    }
  }

  @Test
  void letsNoLargePacketGatherForWhichThereIsNoRoom() {
    try (var client = filled(8)) {
      client.publish(1, 9, "x".repeat(150_000));
      server.awaitPaused(1);
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 160_000);
      assertTrue(server.count("muster.endpoint.pauses", "reason", "memory") >= 1);
      assertEquals(8, server.intake.offered.size());
      server.intake.letGo();
      await().until(() -> server.intake.offered.size() == 9);
    }
  }

  @Test
  void forgetsAClientThatGoesWhileItWaits() {
    var client = filled(9);
    client.publish(1, 10, "x".repeat(150_000));
    server.awaitPaused(1);
    server.access.withdraw(new io.muster.ingest.access.Withdrawal.OfEverybody());
    client.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
    server.awaitPaused(0);
    server.intake.letGo();
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
    client.close();
  }
}
