package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The line in which CONNECTs wait for their turn. */
@Timeout(180)
class ConnectLineTest {
  private final List<RawClient> clients = new ArrayList<>();
  private TestEndpoint server;

  @AfterEach
  void stop() {
    clients.forEach(RawClient::close);
    server.close();
  }

  private RawClient knock(ProtocolVersion version, String device) {
    var client = RawClient.knock(server, ConnectPacket.of(version).device(device));
    clients.add(client);
    return client;
  }

  private void awaitLine(int underWay, int waiting) {
    await().until(() -> server.gauge("muster.endpoint.admissions") == underWay);
    await().until(() -> server.gauge("muster.endpoint.admissions.waiting") == waiting);
  }

  @Test
  void neverLooksAtMoreThanItMay() {
    server = TestEndpoint.start("connections.most-admitting", "2");
    server.sessions.hold();
    for (int i = 0; i < 6; i++) {
      knock(MQTT_5, "d" + i);
    }
    awaitLine(2, 4);
    await().during(Duration.ofMillis(100)).until(() -> server.sessions.claims.size() == 2);
    server.sessions.letGo();
    clients.forEach(client -> client.expectConnAck(ReasonCode.SUCCESS));
    awaitLine(0, 0);
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhoFindsTheLineFull(ProtocolVersion version) {
    server = TestEndpoint.start("connections.most-admitting", "1", "connections.most-waiting", "1");
    server.sessions.hold();
    knock(MQTT_5, "a");
    knock(MQTT_5, "b");
    awaitLine(1, 1);
    var third = knock(version, "c");
    var connAck = third.expectConnAck(ReasonCode.SERVER_BUSY);
    assertEquals(version == MQTT_3_1_1 ? 3 : 0x89, connAck.body()[1] & 0xFF);
    third.expectEnd();
    server.awaitCount(1, "muster.endpoint.connects", "outcome", "busy");
    server.sessions.letGo();
    clients.get(0).expectConnAck(ReasonCode.SUCCESS);
    clients.get(1).expectConnAck(ReasonCode.SUCCESS);
  }

  @Test
  void refusesWhoWaitsForTooLong() {
    server = TestEndpoint.start("connections.most-admitting", "1", "connections.patience", "300ms");
    server.sessions.hold();
    var first = knock(MQTT_5, "a");
    awaitLine(1, 0);
    knock(MQTT_5, "b").expectConnAck(ReasonCode.SERVER_BUSY);
    awaitLine(1, 0);
    server.sessions.letGo();
    first.expectConnAck(ReasonCode.SUCCESS);
  }

  /** One that hangs at the registry keeps its desk until it is told no. */
  @Test
  void goesOnWhenNobodyAnswersInTime() {
    server =
        TestEndpoint.start(
            "connections.most-admitting", "1", "connections.admission-timeout", "300ms");
    server.access.answersNever = true;
    var first = knock(MQTT_5, "a");
    // Not the gauge: on a slow machine it may be over before anybody looks.
    await().until(() -> server.access.lastAsked != null);
    var second = knock(MQTT_5, "b");
    first.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
    server.access.answersNever = false;
    second.hear();
    awaitLine(0, 0);
  }

  @Test
  void servesMeanwhileWhoIsConnected() {
    server = TestEndpoint.start("connections.most-admitting", "1");
    var connected = RawClient.connected(server, MQTT_5);
    clients.add(connected);
    server.sessions.hold();
    knock(MQTT_5, "a");
    knock(MQTT_5, "b");
    awaitLine(1, 1);
    for (int i = 1; i <= 50; i++) {
      connected.publish(1, i, "{}").expect("40 02 %04X".formatted(i));
    }
    server.sessions.letGo();
  }

  @Test
  void tellsWhoWaitsThatTheServerStops() {
    server = TestEndpoint.start("connections.most-admitting", "1");
    server.sessions.hold();
    var first = knock(MQTT_5, "a");
    awaitLine(1, 0);
    var second = knock(MQTT_5, "b");
    awaitLine(1, 1);
    server.endpoint.stop();
    first.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
    second.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
    server.sessions.letGo();
  }
}
