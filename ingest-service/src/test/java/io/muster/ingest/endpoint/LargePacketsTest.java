package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.endpoint.session.EndReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Packets that are announced, and of which the rest is slow to come or never does. */
class LargePacketsTest {
  private static final int PAYLOAD_BYTES = 200_000;
  private static final String OTHERS = "telemetry/globex/quiet";

  private final List<RawClient> clients = new ArrayList<>();
  private TestEndpoint server;

  @AfterEach
  void stop() {
    clients.forEach(RawClient::close);
    await().until(() -> server.gauge("muster.endpoint.gathering.bytes") == 0);
    server.close();
  }

  /** With 2.4 MB, of which 0.8 MB are for what gathers. */
  private void start(String... settings) {
    var memory =
        Stream.of(
            "up.memory-bytes",
            "2400000",
            "connections.most-per-device",
            "100",
            "limits.device.connects-per-second",
            "0");
    server =
        TestEndpoint.start(Stream.concat(memory, Arrays.stream(settings)).toArray(String[]::new));
  }

  /** Not read at once, perhaps; while others are paused nobody could tell. */
  private RawClient connected(ConnectPacket connect) {
    var client = RawClient.knock(server, connect);
    clients.add(client);
    client.expectConnAck(ReasonCode.SUCCESS);
    return client;
  }

  private static ConnectPacket other() {
    return ConnectPacket.of(MQTT_5).user("quiet@globex").client("globex:quiet");
  }

  private static byte[] large(String topic) {
    return WireBytes.packet(
        0x32,
        WireBytes.string(topic),
        new byte[] {0, 1, 0},
        "x".repeat(PAYLOAD_BYTES).getBytes(StandardCharsets.UTF_8));
  }

  /** Says only that a large packet comes. */
  private static RawClient announce(RawClient client) {
    return client.send(Arrays.copyOf(large(TestEndpoint.TELEMETRY), 4));
  }

  private static RawClient goOn(RawClient client) {
    var packet = large(TestEndpoint.TELEMETRY);
    return client.send(Arrays.copyOfRange(packet, 4, packet.length));
  }

  private double gathering() {
    return server.gauge("muster.endpoint.gathering.bytes");
  }

  /** How often one had to wait; counted before it does. */
  private double slowed() {
    return server.count(
        "muster.endpoint.limits.reached", "limit", "total-gathering", "answer", "slowed");
  }

  private void awaitWaiting(int connections) {
    await()
        .until(
            () ->
                server.meters.get("muster.endpoint.held").tag("reason", "gathering").gauge().value()
                    == connections);
  }

  private RawClient announceMany(int connections) {
    for (int i = 0; i < connections; i++) {
      announce(connected(ConnectPacket.of(MQTT_5).client("acme:boiler:" + i)));
    }
    return clients.getFirst();
  }

  @Test
  void thoseOfOneDeviceTakeNotTheMemoryOfAll() {
    start();
    announceMany(20);
    awaitWaiting(18);
    assertTrue(gathering() < 500_000);
    assertTrue(slowed() >= 18);
    var quiet = connected(other());
    quiet.publish(OTHERS, 1, 1, "{}").expect("40 02 0001");
    quiet.publish(OTHERS, 1, 2, "x".repeat(PAYLOAD_BYTES)).expect("40 02 0002");
    // QoS 0 is not shed either.
    quiet.publish(OTHERS, 0, 0, "{}").expectNothing();
    assertEquals(3, server.intake.offered.size());
    var sibling = connected(ConnectPacket.of(MQTT_5).device("sibling"));
    sibling.publish("telemetry/acme/sibling", 1, 1, "x".repeat(PAYLOAD_BYTES)).expect("40 02 0001");
  }

  @Test
  void thoseOfOneTenantLeaveRoomForOthers() {
    start();
    for (int i = 0; i < 20; i++) {
      announce(connected(ConnectPacket.of(MQTT_5).device("noisy-" + i)));
    }
    awaitWaiting(16);
    assertTrue(gathering() < 900_000);
    connected(other()).publish(OTHERS, 1, 1, "x".repeat(PAYLOAD_BYTES)).expect("40 02 0001");
  }

  @Test
  void whatWaitsGoesOnWhenOthersHaveCome() {
    start();
    announceMany(20);
    awaitWaiting(18);
    clients.forEach(LargePacketsTest::goOn);
    clients.forEach(client -> client.expect("40 02 0001"));
    assertEquals(20, server.intake.offered.size());
    server.awaitPaused(0);
  }

  @Test
  void whatWaitsGoesOnWhenOthersHaveGone() {
    start();
    announceMany(5);
    awaitWaiting(3);
    clients.subList(0, 4).forEach(RawClient::close);
    goOn(clients.getLast()).expect("40 02 0001");
  }

  @Test
  void whoWaitsForOthersIsNotEndedForIt() {
    start("connections.packet-patience", "1s");
    // All are there before the patience with the first begins.
    for (int i = 0; i < 3; i++) {
      connected(ConnectPacket.of(MQTT_5).client("acme:boiler:" + i));
    }
    announce(clients.get(0));
    announce(clients.get(1));
    await().until(() -> gathering() > 1.5 * PAYLOAD_BYTES);
    announce(clients.get(2));
    await().until(() -> slowed() >= 1);
    // Sent ahead: once it is read again there is as little time for it.
    Thread.startVirtualThread(() -> goOn(clients.getLast()));
    clients.getFirst().expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
    clients.getLast().expect("40 02 0001");
    server.awaitPaused(0);
  }

  @Test
  void aSmallPacketOfADeviceThatAnnouncedManyIsTaken() {
    start("limits.device.in-flight-bytes", "300000");
    announceMany(4);
    awaitWaiting(2);
    var another = connected(ConnectPacket.of(MQTT_5));
    another.publish(1, 1, "{}").expect("40 02 0001");
    another.publish(1, 2, "{}").expect("40 02 0002");
  }

  /** What it may say is less than a device may; it has no share of what gathers. */
  @Test
  void whoIsNobodyYetAnnouncesNoMoreThanItMaySay() {
    start();
    var newcomer =
        connected(
            ConnectPacket.of(MQTT_5)
                .user("provision@acme")
                .client("acme:provision:r1")
                .password(FakeProvisioning.TOKEN));
    announce(newcomer).expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
    server.awaitEnd(EndReason.PACKET_TOO_LARGE);
  }
}
