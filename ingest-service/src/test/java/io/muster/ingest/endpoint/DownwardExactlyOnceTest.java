package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.sessions.LostSession;
import io.muster.ingest.sessions.OutgoingMessage;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** QoS 2 to devices (MQTT 5 §4.3.3), within a connection and, kept, over all of a session's. */
class DownwardExactlyOnceTest {
  private static final String ALL = "command/acme/boiler/req/#";
  private static final long SESSION = 1;

  private final TestEndpoint server =
      TestEndpoint.start("down.window", "2", "down.queue", "3", "down.exactly-once-bytes", "2000");

  @AfterEach
  void stop() {
    server.sessions.outgoing.letGo();
    server.close();
  }

  private static String command(int number) {
    return "command/acme/boiler/req/" + number + "/on";
  }

  /** A PUBLISH of a command with an empty payload. */
  private static String publish(ProtocolVersion version, int number, int id, boolean duplicate) {
    var topic = WireBytes.string(command(number));
    var length = topic.length + 2 + (version == MQTT_5 ? 1 : 0);
    return (duplicate ? "3C" : "34")
        + " %02X \"%s\" %04X".formatted(length, command(number), id)
        + (version == MQTT_5 ? " 00" : "");
  }

  private RawClient subscribed(ConnectPacket connect, int qos) {
    var client = RawClient.connected(server, connect);
    client.subscribe(1, ALL, qos).hear();
    return client;
  }

  private RawClient kept(ProtocolVersion version) {
    return subscribed(ConnectPacket.of(version).persistent(), 2);
  }

  /** The client has gone, and comes again. */
  private RawClient again(RawClient former, ConnectPacket connect) {
    var ends = server.sessions.ends.size();
    former.close();
    await().until(() -> server.sessions.ends.size() == ends + 1);
    var client = RawClient.knock(server, connect);
    assertEquals(1, client.expectConnAck(ReasonCode.SUCCESS).body()[0], "session present");
    return client;
  }

  private RawClient again(RawClient former, ProtocolVersion version) {
    return again(former, ConnectPacket.of(version).persistent());
  }

  private Map<Integer, OutgoingMessage> rows() {
    return server.sessions.outgoing.of(SESSION);
  }

  private double outcome(String outcome) {
    return server.count("muster.endpoint.down", "outcome", outcome);
  }

  @ParameterizedTest
  @EnumSource
  void grantsWhatIsAskedFor(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.subscribe(1, ALL, 2);
      client.expect(version == MQTT_5 ? "90 04 0001 00 02" : "90 03 0001 02");
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 32", "1, 2, 32", "2, 0, 30", "0, 2, 30", "2, 2, 34"})
  void sendsTheLesserOfTheQosOfMessageAndSubscription(int message, int granted, String first) {
    try (var client = subscribed(ConnectPacket.of(MQTT_5), granted)) {
      server.deliver(command(1), "", message);
      assertEquals(first, Integer.toHexString(client.hear().first()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void goesThroughAllFourPacketsAndTellsAtTheSecond(ProtocolVersion version) {
    try (var client = subscribed(ConnectPacket.of(version), 2)) {
      server.deliver(command(1), "", 2);
      client.expect(publish(version, 1, 1, false)).expectNothing();
      assertEquals(0, server.intake.announced("delivered").size());
      client.send("50 02 0001").expect("62 02 0001");
      var delivered = server.intake.announced("delivered").getFirst();
      assertEquals(command(1), ((DeliveredEvent) delivered.data()).topic());
      client.send("70 02 0001").expectNothing();
      assertEquals(1, server.intake.announced("delivered").size());
      assertEquals(0, server.gauge("muster.endpoint.memory.bytes"));
      assertTrue(rows().isEmpty(), "nothing of a session that is not kept is kept");
    }
  }

  @Test
  void endsWithAPubRecThatRefuses() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5).persistent(), 2)) {
      server.deliver(command(1), "", 2);
      client.expect(publish(MQTT_5, 1, 1, false)).send("50 03 0001 99").expectNothing();
      assertEquals(1, outcome("refused"));
      assertEquals(0, server.intake.announced("delivered").size());
      assertEquals(0, server.gauge("muster.endpoint.memory.bytes"));
      assertTrue(rows().isEmpty());
      client.send("50 02 0001").expect("62 03 0001 92");
    }
  }

  @Test
  void answersAPubRecOfAnIdentifierThatItDoesNotKnow() {
    try (var five = RawClient.connected(server, MQTT_5)) {
      five.send("50 02 0009").expect("62 03 0009 92");
      five.send("70 02 0009").expectNothing();
    }
    try (var three = RawClient.connected(server, MQTT_3_1_1)) {
      three.send("50 02 0009").expect("62 02 0009");
    }
  }

  @Test
  void answersAPubRecThatComesTwice() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5), 2)) {
      server.deliver(command(1), "", 2);
      client.hear();
      client.send("50 02 0001").expect("62 02 0001").send("50 02 0001").expect("62 02 0001");
      assertEquals(1, server.intake.announced("delivered").size());
    }
  }

  /** Until PUBCOMP (MQTT 5 §4.9), and counted with what is on its way at QoS 1. */
  @Test
  void sendsNoMoreAtATimeThanItsWindow() {
    try (var client = kept(MQTT_5)) {
      server.deliver(command(1), "", 2);
      client.expect(publish(MQTT_5, 1, 1, false));
      server.deliver(command(2), "", 1);
      assertEquals(0x32, client.hear().first());
      server.deliver(command(3), "", 2);
      client.send("50 02 0001").expect("62 02 0001").expectNothing();
      client.send("70 02 0001").expect(publish(MQTT_5, 3, 3, false));
      assertEquals(1, rows().size());
    }
  }

  @Test
  void sendsNoMoreAtATimeThanTheClientTakes() {
    var connect = ConnectPacket.of(MQTT_5).persistent().property("21 0001");
    try (var client = subscribed(connect, 2)) {
      server.deliver(command(1), "", 2);
      server.deliver(command(2), "", 2);
      client.expect(publish(MQTT_5, 1, 1, false)).expectNothing();
      assertEquals(1, rows().size());
      client.send("50 02 0001 70 02 0001").expect("62 02 0001").send("70 02 0001");
      client.expect(publish(MQTT_5, 2, 2, false));
    }
  }

  @Test
  void keepsAMessageBeforeItIsSent() {
    try (var client = kept(MQTT_5)) {
      server.sessions.outgoing.hold();
      server.deliver(command(1), "", 2);
      await().until(() -> server.sessions.outgoing.waiting() == 1);
      client.expectNothing();
      server.sessions.outgoing.letGo();
      client.expect(publish(MQTT_5, 1, 1, false));
    }
  }

  @Test
  void keepsThatAMessageWasTakenBeforeItsIdentifierIsForgotten() {
    try (var client = kept(MQTT_5)) {
      server.deliver(command(1), "", 2);
      client.hear();
      server.sessions.outgoing.hold();
      client.send("50 02 0001");
      await().until(() -> server.sessions.outgoing.waiting() == 1);
      client.expectNothing();
      server.sessions.outgoing.letGo();
      client.expect("62 02 0001");
    }
  }

  /** Else a receipt that is lost on the way makes its service send the message again. */
  @Test
  void tellsTheServiceBeforeTheIdentifierIsForgotten() {
    try (var client = kept(MQTT_5)) {
      server.deliver(command(1), "", 2);
      client.hear();
      server.intake.holdAnnouncements("delivered");
      client.send("50 02 0001").expectNothing();
      assertEquals(1, server.intake.announced("delivered").size());
      server.intake.letAnnouncementsGo();
      client.expect("62 02 0001");
    }
  }

  @Test
  void sendsPubRelsInTheOrderOfThePubRecs() {
    try (var client = kept(MQTT_5)) {
      server.deliver(command(1), "", 2);
      server.deliver(command(2), "", 2);
      client.hear();
      client.hear();
      server.intake.holdAnnouncements("delivered");
      client.send("50 02 0002 50 02 0001");
      await().until(() -> server.intake.announced("delivered").size() == 2);
      server.intake.letTheLastAnnouncementGo();
      client.expectNothing();
      server.intake.letAnnouncementsGo();
      client.expect("62 02 0002").expect("62 02 0001");
    }
  }

  @Test
  void dropsAMessageThatCannotBeKept() {
    try (var client = kept(MQTT_5)) {
      server.sessions.outgoing.goAway();
      for (int i = 1; i <= 70; i++) {
        server.deliver(command(i), "", 2);
        client.expectNothing();
      }
      assertEquals(70, outcome("not-kept"));
      assertEquals(66, server.sessions.outgoing.waiting(), "identifiers that wait to be freed");
      assertEquals(0, server.gauge("muster.endpoint.memory.bytes"));
      server.deliver(command(71), "", 1);
      assertEquals(0x32, client.hear().first());
      server.sessions.outgoing.letGo();
      server.deliver(command(72), "", 2);
      assertEquals(0x34, client.hear().first());
    }
  }

  @Test
  void dropsWhatExpiresWhileItIsKept() {
    try (var client = kept(MQTT_5)) {
      server.sessions.outgoing.hold();
      server.deliver(command(1), "", 2, 1);
      await().until(() -> server.sessions.outgoing.waiting() == 1);
      var kept = System.nanoTime();
      await().until(() -> System.nanoTime() - kept > 1_000_000_000L);
      server.sessions.outgoing.letGo();
      await().until(() -> outcome("expired") == 1);
      client.expectNothing();
      assertTrue(rows().isEmpty());
    }
  }

  @Test
  void keepsSoManyBytesAtATimeAndALargerMessageAlone() {
    try (var client = kept(MQTT_5)) {
      server.deliver(command(1), "x".repeat(3_000), 2);
      server.deliver(command(2), "", 2);
      client.hear();
      client.expectNothing();
      assertEquals(1, rows().size());
      client.send("50 02 0001").expect("62 02 0001").send("70 02 0001");
      client.expect(publish(MQTT_5, 2, 2, false));
    }
  }

  @Test
  void needsNoDatabaseWhereTheSessionEndsWithTheConnection() {
    try (var client = subscribed(ConnectPacket.of(MQTT_5), 2)) {
      server.sessions.outgoing.goAway();
      server.deliver(command(1), "", 2);
      client.expect(publish(MQTT_5, 1, 1, false)).send("50 02 0001").expect("62 02 0001");
      client.send("70 02 0001").expectNothing();
      server.deliver(command(2), "", 2);
      client.expect(publish(MQTT_5, 2, 2, false));
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendsAgainWhatTheClientMayNotHave(ProtocolVersion version) {
    var client = kept(version);
    server.deliver(command(1), "", 2);
    server.deliver(command(2), "", 2);
    client.expect(publish(version, 1, 1, false)).expect(publish(version, 2, 2, false));
    try (var again = again(client, version)) {
      again.expect(publish(version, 1, 1, true)).expect(publish(version, 2, 2, true));
      assertEquals(2, outcome("sent-again"));
      again.send("50 02 0001 50 02 0002").expect("62 02 0001").expect("62 02 0002");
      again.send("70 02 0001 70 02 0002").expectNothing();
      assertTrue(rows().isEmpty());
      assertEquals(2, server.intake.announced("delivered").size());
      assertEquals(0, server.gauge("muster.endpoint.memory.bytes"));
    }
  }

  /** The client may have it, so it must be told what becomes of the identifier. */
  @Test
  void sendsAgainWhatExpiredSinceItWasSent() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "", 2, 60);
    client.hear();
    server.sessions.outgoing.expire(SESSION);
    try (var again = again(client, MQTT_5)) {
      again.hear();
      assertEquals(1, outcome("sent-again"));
      again.send("50 02 0001").expect("62 02 0001");
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendsPubRelAgainForWhatTheClientHas(ProtocolVersion version) {
    var client = kept(version);
    server.deliver(command(1), "", 2);
    client.hear();
    client.send("50 02 0001").expect("62 02 0001");
    try (var again = again(client, version)) {
      again.expect("62 02 0001").expectNothing();
      assertEquals(1, server.intake.announced("delivered").size());
      again.send("70 02 0001").expectNothing();
      assertTrue(rows().isEmpty());
    }
  }

  /** The trap: the client would take another message under the identifier for a repetition. */
  @ParameterizedTest
  @EnumSource
  void usesNoIdentifierForAnotherMessageThatTheClientMayRemember(ProtocolVersion version) {
    var client = kept(version);
    server.deliver(command(1), "", 2);
    client.hear();
    client.send("50 02 0001").expect("62 02 0001");
    try (var again = again(client, version)) {
      again.expect("62 02 0001");
      server.deliver(command(2), "", 2);
      again.expect(publish(version, 2, 2, false)).send("50 02 0002").expect("62 02 0002");
      again.send("70 02 0002");
      server.deliver(command(3), "", 1);
      assertTrue(again.hear().toString().contains("0003"));
    }
  }

  @Test
  void forgetsNothingWhenTheReplicaLosesTheSessionBeforeItIsKept() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "", 2);
    client.hear();
    server.sessions.outgoing.hold();
    client.send("50 02 0001");
    await().until(() -> server.sessions.outgoing.waiting() == 1);
    server.sessions.outgoing.taken(SESSION, 2);
    server.sessions.outgoing.letGo();
    client.expectNothing();
    assertTrue(rows().get(1).message() != null, "the next connection has to send it again");
    server.sessions.lose(new LostSession.TakenOver(1));
    client.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
  }

  @Test
  void sendsNothingWhenTheReplicaHasLostTheSession() {
    var client = kept(MQTT_5);
    server.sessions.outgoing.taken(SESSION, 2);
    server.deliver(command(1), "", 2);
    client.expectNothing();
    assertEquals(1, outcome("not-kept"));
    assertTrue(rows().isEmpty());
    client.close();
  }

  @Test
  void sendsAgainNoMoreAtATimeThanTheNextConnectionTakes() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "", 2);
    server.deliver(command(2), "", 2);
    client.hear();
    client.hear();
    var connect = ConnectPacket.of(MQTT_5).persistent().property("21 0001");
    try (var again = again(client, connect)) {
      again.expect(publish(MQTT_5, 1, 1, true)).expectNothing();
      server.deliver(command(3), "", 1);
      again.expectNothing();
      again.send("50 02 0001").expect("62 02 0001").send("70 02 0001");
      again.expect(publish(MQTT_5, 2, 2, true)).expectNothing();
      again.send("50 02 0002").expect("62 02 0002").send("70 02 0002");
      assertEquals(0x32, again.hear().first());
    }
  }

  @Test
  void letsTheClientForgetWhatTheNextConnectionDoesNotTake() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "x".repeat(100), 2);
    client.hear();
    var connect = ConnectPacket.of(MQTT_5).persistent().property("27 00000040");
    try (var again = again(client, connect)) {
      again.expect("62 02 0001").send("70 03 0001 92").expectNothing();
      assertEquals(1, outcome("too-large"));
      assertEquals(0, server.intake.announced("delivered").size());
      assertTrue(rows().isEmpty());
    }
  }

  /** MQTT 5 §3.10.4: what was begun is brought to its end. */
  @Test
  void sendsAgainWhatTheClientHasUnsubscribedFrom() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "", 2);
    client.hear();
    client.unsubscribe(2, ALL).hear();
    try (var again = again(client, MQTT_5)) {
      again.expect(publish(MQTT_5, 1, 1, true));
    }
  }

  @Test
  void sendsAGatewayNothingAgainOfADeviceThatIsNoLongerBehindIt() {
    var sensor = DeviceAddress.of("acme", "sensor");
    server.access.gateways.put(sensor, TestEndpoint.DEVICE);
    var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent());
    client.subscribe(1, "command/acme/sensor/req/#", 2).hear();
    server.deliver("command/acme/sensor/req/1/on", "", 2);
    client.hear();
    server.access.gateways.clear();
    try (var again = again(client, MQTT_5)) {
      again.expect("62 02 0001").send("70 02 0001").expectNothing();
      assertEquals(0, server.intake.announced("delivered").size());
    }
  }

  @Test
  void sendsAgainAllThatWasSaidOfTheMessage() {
    var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent());
    client.send("82 21 0001 02 0B 07 \"command/acme/boiler/req/#\" 02").hear();
    server.deliver(command(1), "!", 2);
    var body = " 24 \"" + command(1) + "\" 0001 02 0B 07 '!'";
    client.expect("34" + body);
    try (var again = again(client, MQTT_5)) {
      again.expect("3C" + body);
    }
  }

  /** A service sends again what it does not know to be delivered, also when that is under way. */
  @Test
  void sendsACommandThatIsUnderWayNotTwice() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "", 2);
    client.expect(publish(MQTT_5, 1, 1, false));
    server.deliver(command(1), "", 2);
    client.expectNothing();
    try (var again = again(client, MQTT_5)) {
      again.expect(publish(MQTT_5, 1, 1, true)).expectNothing();
      server.deliver(command(1), "", 2);
      again.send("50 02 0001").expect("62 02 0001").expectNothing();
      assertEquals(2, outcome("under-way"));
      again.send("70 02 0001").expectNothing();
      server.deliver(command(1), "", 2);
      again.expect(publish(MQTT_5, 1, 1, false));
    }
  }

  @Test
  void takesOneWayCommandsForDifferentOnes() {
    try (var client = kept(MQTT_5)) {
      for (int i = 1; i <= 2; i++) {
        server.deliver("command/acme/boiler/req//on", "", 2);
        assertEquals(0x34, client.hear().first());
      }
    }
  }

  @Test
  void forgetsAllAtACleanStart() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "", 2);
    client.hear();
    client.close();
    await().until(() -> server.sessions.ends.size() == 1);
    try (var fresh = subscribed(ConnectPacket.of(MQTT_5), 2)) {
      fresh.expectNothing();
      server.deliver(command(2), "", 2);
      fresh.expect(publish(MQTT_5, 2, 1, false));
    }
  }

  @Test
  void givesMemoryBackForWhatTheClientLeft() {
    var client = kept(MQTT_5);
    server.deliver(command(1), "", 2);
    client.hear();
    assertTrue(server.gauge("muster.endpoint.memory.bytes") > 0);
    client.close();
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
    assertEquals(1, rows().size());
  }
}
