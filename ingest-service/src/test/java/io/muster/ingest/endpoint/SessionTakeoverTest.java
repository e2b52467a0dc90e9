package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.contract.event.SessionEvent;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.sessions.LostSession;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One connection for a client identifier, and what the others are told of it. */
class SessionTakeoverTest {
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void endsTheOlderConnectionOfAClientIdentifier(ProtocolVersion version) {
    try (var older = RawClient.connected(server, version);
        var newer = RawClient.connected(server, version)) {
      older.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
      newer.expectNothing();
      server.awaitEnd(EndReason.TAKEN_OVER);
      assertEquals(1, server.sessions.ends.getFirst().epoch());
    }
  }

  /** The order in which the sessions were taken decides, not that of the answers. */
  @Test
  void endsAConnectionWhoseSessionWasTakenBeforeItHeardOfIt() {
    server.sessions.hold();
    try (var first = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      await().until(() -> server.sessions.claims.size() == 1);
      server.sessions.holdNoMore();
      try (var second = RawClient.connected(server, MQTT_5)) {
        server.sessions.letGo();
        first.expectConnAck(ReasonCode.SUCCESS);
        first.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
        second.expectNothing();
      }
    }
  }

  @Test
  void endsAConnectionWhoseSessionAnotherReplicaHasTaken() {
    try (var client = RawClient.connected(server, MQTT_5);
        var other = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("other"))) {
      var taken = server.sessions.claims.getFirst().connectionId();
      server.sessions.lose(new LostSession.TakenOver(taken));
      client.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
      other.expectNothing();
    }
  }

  @Test
  void takesNoticeOfALostSessionThatNobodyHolds() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      server.sessions.lose(new LostSession.TakenOver(4_711));
      client.expectNothing();
    }
  }

  @Test
  void endsAllConnectionsOfAReplicaThatWasTakenForDead() {
    try (var client = RawClient.connected(server, MQTT_5);
        var other = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("other"))) {
      server.sessions.lose(new LostSession.All());
      client.expectDisconnect(ReasonCode.SERVER_BUSY);
      other.expectDisconnect(ReasonCode.SERVER_BUSY);
    }
  }

  @Test
  void tellsTheOthersWhoCameAndWhoWent() {
    RawClient.connected(server, MQTT_5).disconnect();
    await().until(() -> server.intake.announced("session/disconnected").size() == 1);
    var came = server.intake.announced("session/connected").getFirst();
    var went = server.intake.announced("session/disconnected").getFirst();
    assertEquals(TestEndpoint.DEVICE, came.device());
    assertEquals(TestEndpoint.DEVICE, went.device());
    var began = (SessionEvent) came.data();
    var ended = (SessionEvent) went.data();
    assertNull(began.reason());
    assertEquals("client", ended.reason());
    assertEquals(TestEndpoint.CLIENT, began.clientIdentifier());
    assertEquals("one", began.replica());
    assertEquals(new UUID(0, 1).toString(), began.bootId());
    assertEquals(server.sessions.claims.getFirst().connectionId(), began.connectionId());
    assertEquals(1, began.epoch());
    assertEquals(began.connectionId(), ended.connectionId());
    assertEquals(began.bootId(), ended.bootId());
    assertEquals(began.epoch(), ended.epoch());
  }

  /** What ends late must not be taken for the end of the connection that came after it. */
  @Test
  void tellsTheOthersWhichConnectionItWas() {
    try (var older = RawClient.connected(server, MQTT_5);
        var newer = RawClient.connected(server, MQTT_5)) {
      older.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
      newer.expectNothing();
      await().until(() -> server.intake.announced("session/disconnected").size() == 1);
      var came =
          server.intake.announced("session/connected").stream()
              .map(it -> (SessionEvent) it.data())
              .toList();
      var went = (SessionEvent) server.intake.announced("session/disconnected").getFirst().data();
      assertEquals("taken-over", went.reason());
      assertEquals(came.get(0).connectionId(), went.connectionId());
      assertEquals(1, went.epoch());
      assertNotEquals(went.connectionId(), came.get(1).connectionId());
      assertEquals(2, came.get(1).epoch());
    }
  }
}
