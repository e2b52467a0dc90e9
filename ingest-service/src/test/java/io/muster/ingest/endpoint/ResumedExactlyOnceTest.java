package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** QoS 2 to devices over all connections of a session that is kept (MQTT 5 §4.3.3, §4.4). */
class ResumedExactlyOnceTest extends ExactlyOnceCourse {

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
