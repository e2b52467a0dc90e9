package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The right to be connected ends while somebody is connected, or is about to be. */
class WithdrawalTest {
  private static final Withdrawal OF_CREDENTIAL =
      new Withdrawal.OfCredential(TestEndpoint.DEVICE, FakeAccess.CREDENTIAL);

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  static Stream<Withdrawal> ofAll() {
    return Stream.of(
        new Withdrawal.OfDevice(TestEndpoint.DEVICE),
        new Withdrawal.OfDeleted(TestEndpoint.DEVICE),
        new Withdrawal.OfTenant(TestEndpoint.DEVICE.tenant()),
        new Withdrawal.OfDeletedTenant(TestEndpoint.DEVICE.tenant()),
        new Withdrawal.OfEverybody());
  }

  static Stream<Withdrawal> all() {
    return Stream.concat(ofAll(), Stream.of(OF_CREDENTIAL));
  }

  static Stream<Withdrawal> ofOthers() {
    var other = DeviceAddress.of("acme", "other");
    return Stream.of(
        new Withdrawal.OfDevice(other),
        new Withdrawal.OfDevice(DeviceAddress.of("globex", "boiler")),
        new Withdrawal.OfTenant(new TenantId("globex")),
        new Withdrawal.OfLimits(TestEndpoint.DEVICE.tenant(), new DeviceLimits(1, 1)),
        new Withdrawal.OfCredential(other, FakeAccess.CREDENTIAL));
  }

  @ParameterizedTest
  @MethodSource("ofAll")
  void endsAllConnectionsOfWhoMayNoLongerConnect(Withdrawal withdrawal) {
    var second = ConnectPacket.of(MQTT_5).client("acme:boiler:2");
    try (var one = RawClient.connected(server, MQTT_5);
        var two = RawClient.connected(server, second)) {
      server.access.withdraw(withdrawal);
      one.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
      two.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
    }
  }

  @Test
  void forgetsTheSessionsOfADeletedDeviceAndOfNoOther() {
    server.access.withdraw(new Withdrawal.OfDevice(DeviceAddress.of("acme", "disabled")));
    server.access.withdraw(new Withdrawal.OfDeleted(DeviceAddress.of("acme", "deleted")));
    assertEquals(List.of(DeviceAddress.of("acme", "deleted")), server.sessions.forgotten);
  }

  @ParameterizedTest
  @MethodSource("ofOthers")
  void leavesTheOthersAlone(Withdrawal withdrawal) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      server.access.withdraw(withdrawal);
      client.expectNothing();
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsTheConnectionsOfARevokedCredential(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      server.access.withdraw(OF_CREDENTIAL);
      client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
      server.awaitEnd(EndReason.CREDENTIAL_ENDED);
    }
  }

  @Test
  void leavesTheConnectionsOfAnotherCredentialAlone() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      server.access.withdraw(ofAnother());
      client.expectNothing();
    }
  }

  @ParameterizedTest
  @MethodSource("ofAll")
  void refusesWhoseAccessIsWithdrawnBeforeTheRegistryHasAnswered(Withdrawal withdrawal) {
    server.access.answersNever = true;
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      await().until(() -> server.access.lastProof != null);
      server.access.withdraw(withdrawal);
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      client.expectEnd();
    }
  }

  @Test
  void refusesWhoShowsACredentialThatWasRevokedWhileTheAnswerWasOnItsWay() {
    try (var client = knockAndWait()) {
      server.access.withdraw(OF_CREDENTIAL);
      server.access.letAdmissionsGo();
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      client.expectEnd();
    }
  }

  @Test
  void letsInWhoShowsAnotherCredentialThanTheOneRevokedMeanwhile() {
    try (var client = knockAndWait()) {
      server.access.withdraw(ofAnother());
      server.access.letAdmissionsGo();
      client.expectConnAck(ReasonCode.SUCCESS);
      client.expectNothing();
    }
  }

  /** A client of which nobody knows yet what it showed is not held to more than a few words. */
  @Test
  void refusesAClientWhoseDeviceLosesCredentialsWithoutEnd() {
    try (var client = knockAndWait()) {
      for (var i = 0; i < 40; i++) {
        server.access.withdraw(ofAnother());
      }
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      client.expectEnd();
    }
  }

  private static Withdrawal ofAnother() {
    return new Withdrawal.OfCredential(TestEndpoint.DEVICE, UUID.randomUUID());
  }

  private RawClient knockAndWait() {
    server.access.holdAdmissions();
    var client = RawClient.knock(server, ConnectPacket.of(MQTT_5));
    await().until(() -> server.access.heldAdmissions() == 1);
    return client;
  }

  @ParameterizedTest
  @MethodSource("all")
  void refusesWhoseAccessIsWithdrawnAfterTheRegistryHasAnswered(Withdrawal withdrawal) {
    server.sessions.hold();
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).persistent())) {
      await().until(() -> server.sessions.claims.size() == 1);
      server.access.withdraw(withdrawal);
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      client.expectEnd();
      server.sessions.letGo();
      await().until(() -> server.sessions.ends.size() == 1);
      assertEquals(0, server.intake.announcements.size());
      await().until(() -> server.gauge("muster.endpoint.connections") == 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsAConnectionWithItsCredential(ProtocolVersion version) {
    Runnable credential = () -> server.access.validUntil = Instant.now().plusMillis(500);
    var connect = ConnectPacket.of(version);
    try (var client = RawClient.connectedShortly(server, connect, credential)) {
      client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
      server.awaitEnd(EndReason.CREDENTIAL_ENDED);
    }
  }

  @Test
  void keepsAConnectionWhoseCredentialHasNotEnded() {
    server.access.validUntil = Instant.now().plusSeconds(3_600);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.expectNothing();
    }
  }
}
