package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions that outlive their connection. */
class SubscriptionsOfASessionTest {
  private static final DeviceAddress SENSOR = DeviceAddress.of("acme", "sensor");
  private static final String OWN = "firmware/acme/boiler/notify";
  private static final String OF_SENSOR = "firmware/acme/sensor/notify";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void leave(RawClient client) {
    var ends = server.sessions.ends.size();
    client.disconnect();
    await().until(() -> server.sessions.ends.size() == ends + 1);
  }

  /** Goes on with the session. */
  private RawClient again(ConnectPacket connect) {
    var client = RawClient.knock(server, connect);
    assertEquals(1, client.expectConnAck(ReasonCode.SUCCESS).body()[0], "session present");
    return client;
  }

  @ParameterizedTest
  @EnumSource
  void areThereWhenTheSessionGoesOn(ProtocolVersion version) {
    var connect = ConnectPacket.of(version).persistent();
    var client = RawClient.connected(server, connect);
    client.subscribe(1, OWN, 1).hear();
    leave(client);
    try (var again = again(connect)) {
      again.expectNothing();
      server.deliver(OWN, "!", 1);
      again.expect(
          "32 "
              + (version == MQTT_5 ? "21" : "20")
              + " \""
              + OWN
              + "\" 0001 "
              + (version == MQTT_5 ? "00" : "")
              + " '!'");
    }
  }

  @Test
  void areThereWithTheirIdentifiersAndQos() {
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = RawClient.connected(server, connect);
    client.send("82 23 0001 02 0B 07 \"" + OWN + "\" 00").expect("90 04 0001 00 00");
    leave(client);
    try (var again = again(connect)) {
      again.expectNothing();
      server.deliver(OWN, "!", 1);
      again.expect("30 21 \"" + OWN + "\" 02 0B 07 '!'");
    }
  }

  @Test
  void areGoneAfterACleanStart() {
    var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent());
    client.subscribe(1, OWN, 1).hear();
    leave(client);
    try (var fresh = RawClient.connected(server, MQTT_5)) {
      fresh.expectNothing();
      server.deliver(OWN, "!", 1);
      fresh.expectNothing();
    }
  }

  @Test
  void areNotStoredAnewWhenNoneOfThemEnds() {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      client.subscribe(1, OWN, 1).hear();
      server.sessions.away = true;
      client.unsubscribe(2, OF_SENSOR).expect("B0 04 0002 00 11");
    }
  }

  @Test
  void areGoneWhenTheyWereEnded() {
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = RawClient.connected(server, connect);
    client.subscribe(1, OWN, 1).hear();
    client.unsubscribe(2, OWN).hear();
    leave(client);
    try (var again = again(connect)) {
      again.expectNothing();
      server.deliver(OWN, "!", 1);
      again.expectNothing();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void areThereForADeviceThatIsStillBehindTheGateway(boolean known) {
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = RawClient.connected(server, connect);
    client.subscribe(1, OF_SENSOR, 0).hear();
    leave(client);
    server.access.knowsGateways = known;
    try (var again = again(connect)) {
      again.expectNothing();
      server.deliver(OF_SENSOR, "!", 0);
      again.expect("30 1F \"" + OF_SENSOR + "\" 00 '!'");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void areGoneForADeviceThatIsNoLongerBehindTheGateway(boolean known) {
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = RawClient.connected(server, connect);
    client.subscribe(1, OF_SENSOR, 0).hear();
    leave(client);
    server.access.gateways.clear();
    server.access.knowsGateways = known;
    try (var again = again(connect)) {
      again.expectNothing();
      server.deliver(OF_SENSOR, "!", 0);
      again.expectNothing();
    }
  }

  /** What the client asks for meanwhile must not make them be forgotten. */
  @Test
  void areAllKeptWhenTheClientSubscribesWhileTheRegistryIsAskedAboutThem() {
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = RawClient.connected(server, connect);
    client.subscribe(1, OF_SENSOR, 0).hear();
    leave(client);
    server.access.holdGateways();
    var again = again(connect);
    again.subscribe(1, OWN, 0);
    await().until(server.access::isAskedForGateways);
    server.access.letGatewaysGo();
    again.expect("90 04 0001 00 00");
    leave(again);
    try (var third = again(connect)) {
      third.expectNothing();
      server.deliver(OF_SENSOR, "!", 0);
      third.expect("30 1F \"" + OF_SENSOR + "\" 00 '!'");
    }
  }

  @ParameterizedTest
  @EnumSource
  void areRefusedWhileTheDatabaseIsAway(ProtocolVersion version) {
    try (var client = RawClient.connected(server, ConnectPacket.of(version).persistent())) {
      server.sessions.away = true;
      client.subscribe(1, OWN, 1);
      client.expect(version == MQTT_5 ? "90 04 0001 00 83" : "90 03 0001 80");
      server.deliver(OWN, "!", 0);
      client.expectNothing();
      server.sessions.away = false;
      client.subscribe(2, OWN, 1);
      client.expect(version == MQTT_5 ? "90 04 0002 00 01" : "90 03 0002 01");
    }
  }

  @Test
  void needNoDatabaseWhenTheyEndWithTheConnection() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      server.sessions.away = true;
      client.subscribe(1, OWN, 1).expect("90 04 0001 00 01");
      client.unsubscribe(2, OWN).expect("B0 04 0002 00 00");
    }
  }

  /** Who asks who is there must hear of it. */
  @Test
  void areKeptEvenSoWhenTheyAreAboutAnotherDevice() {
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      server.sessions.away = true;
      client.subscribe(1, OF_SENSOR, 1).expect("90 04 0001 00 83");
      server.sessions.away = false;
      client.subscribe(2, OF_SENSOR, 1).expect("90 04 0002 00 01");
      client.subscribe(3, OWN, 1).expect("90 04 0003 00 01");
      server.sessions.away = true;
      client.unsubscribe(4, OF_SENSOR).expect("B0 04 0004 00 83");
    }
  }

  @Test
  void tellAClientThatItsUnsubscribingWasNotKept() {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      client.subscribe(1, OWN, 1).hear();
      server.sessions.away = true;
      client.unsubscribe(2, OWN).expect("B0 04 0002 00 83");
    }
  }
}
