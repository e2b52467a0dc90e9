package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer.IssuedToken;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.DeadLetterReason;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A token of the registry that is not good for everything, and the key that signed it. */
class ScopedTokenTest {
  private static final UUID KEY = new UUID(0, 7);
  private static final String PRESENCE = "presence/acme/boiler";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void tokensAreFor(String scopes) {
    server.access.token = new IssuedToken(KEY, DeviceScope.read(scopes));
  }

  @ParameterizedTest
  @CsvSource({
    "telemetry:write, telemetry/acme/boiler, command/acme/boiler/res/1/200",
    "telemetry:write, event/acme/boiler, shadow/acme/boiler/get",
    "command:read, command/acme/boiler/res/1/200, telemetry/acme/boiler",
    "firmware:read, firmware/acme/boiler/feedback, event/acme/boiler",
    "config:read, shadow/acme/boiler/get, shadow/acme/boiler/update",
    "config:write, shadow/acme/boiler/update, shadow/acme/boiler/get"
  })
  void opensItsTopicsAndNoOthers(String scopes, String open, String shut) {
    tokensAreFor(scopes);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(open, 1, 1, "{}").expect("40 02 0001");
      client.publish(shut, 1, 2, "{}").expect("40 03 0002 87");
      client.publish(shut, 2, 3, "{}").expect("50 03 0003 87");
    }
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      // There is no other word than that it was taken: it is among the dead letters.
      client.publish(shut, 1, 4, "{}").expect("40 02 0004");
    }
    assertEquals(1, server.intake.offered.size());
    assertEquals(3, server.intake.letters.size());
    assertTrue(
        server.intake.letters.stream()
            .allMatch(it -> it.reason() == DeadLetterReason.TOPIC_NOT_ALLOWED));
  }

  @ParameterizedTest
  @CsvSource({
    "command:read, command/acme/boiler/req/#, shadow/acme/boiler/#",
    "firmware:read, firmware/acme/boiler/notify, command/acme/boiler/req/#",
    "config:read, shadow/acme/boiler/#, firmware/acme/boiler/notify",
    "config:read, $aws/things/acme:boiler/shadow/#, $aws/things/acme:boiler/#",
    "command:read config:read, $aws/things/acme:boiler/#, firmware/acme/boiler/notify"
  })
  void isHeardOfWhatItIsFor(String scopes, String open, String shut) {
    tokensAreFor(scopes);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, open, 1).expect("90 04 0001 00 01");
      client.subscribe(2, shut, 1).expect("90 04 0002 00 87");
    }
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.subscribe(1, open, 1).expect("90 03 0001 01");
      client.subscribe(2, shut, 1).expect("90 03 0002 80");
    }
  }

  @ParameterizedTest
  @EnumSource
  void leavesNoWillThatItMayNotPublish(ProtocolVersion version) {
    tokensAreFor("command:read");
    var connect = ConnectPacket.of(version).will(PRESENCE, "gone", 1, false);
    try (var client = RawClient.knock(server, connect)) {
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      client.expectEnd();
    }
    tokensAreFor("telemetry:write");
    RawClient.connected(server, connect).disconnect();
  }

  @Test
  void holdsForWhatAGatewayDoesForOthers() {
    var sensor = DeviceAddress.of("acme", "sensor");
    server.access.gateways.put(sensor, TestEndpoint.DEVICE);
    tokensAreFor("telemetry:write");
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish("telemetry/acme/sensor", 1, 1, "{}").expect("40 02 0001");
      client.publish("shadow/acme/sensor/get", 1, 2, "{}").expect("40 03 0002 87");
      client.subscribe(3, "command/acme/sensor/req/#", 1).expect("90 04 0003 00 87");
    }
  }

  @Test
  void doesNotTakeUpSubscriptionsOfAnEarlierConnectionThatItIsNotFor() {
    var filter = "command/acme/boiler/req/#";
    var connect = ConnectPacket.of(MQTT_5).persistent();
    var client = RawClient.connected(server, connect);
    client.subscribe(1, filter, 1).expect("90 04 0001 00 01");
    client.disconnect();
    await().until(() -> server.sessions.ends.size() == 1);
    tokensAreFor("telemetry:write");
    try (var again = RawClient.knock(server, connect.goOn())) {
      assertEquals(1, again.expectConnAck(ReasonCode.SUCCESS).body()[0], "session present");
      again.expectNothing();
      server.deliver("command/acme/boiler/req/1/on", "!", 1);
      again.expectNothing();
    }
  }

  @Test
  void aTokenForEverythingOpensEverything() {
    server.access.token = new IssuedToken(KEY, DeviceScope.all());
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish("shadow/acme/boiler/update", 1, 1, "{}").expect("40 02 0001");
      client.subscribe(2, "$aws/things/acme:boiler/#", 1).expect("90 04 0002 00 01");
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsWithTheKeyThatSignedIt(ProtocolVersion version) {
    server.access.token = new IssuedToken(KEY, DeviceScope.all());
    try (var client = RawClient.connected(server, version)) {
      server.access.withdraw(new Withdrawal.OfTokenKey(TestEndpoint.DEVICE.tenant(), KEY));
      client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
    }
    server.awaitEnd(EndReason.CREDENTIAL_ENDED);
  }

  @Test
  void doesNotEndWithAnotherKeyOrForAnotherTenant() {
    server.access.token = new IssuedToken(KEY, DeviceScope.all());
    try (var client = RawClient.connected(server, MQTT_5)) {
      var own = TestEndpoint.DEVICE.tenant();
      server.access.withdraw(new Withdrawal.OfTokenKey(own, new UUID(0, 8)));
      server.access.withdraw(new Withdrawal.OfTokenKey(new TenantId("globex"), KEY));
      client.expectNothing();
    }
    server.access.token = null;
    try (var client = RawClient.connected(server, MQTT_5)) {
      server.access.withdraw(new Withdrawal.OfTokenKey(TestEndpoint.DEVICE.tenant(), KEY));
      client.expectNothing();
    }
  }
}
