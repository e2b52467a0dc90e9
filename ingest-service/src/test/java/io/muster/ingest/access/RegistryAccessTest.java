package io.muster.ingest.access;

import static io.muster.ingest.access.FollowedAccess.DEVICE;
import static io.muster.ingest.access.FollowedAccess.GATEWAY;
import static io.muster.ingest.access.FollowedAccess.PATIENCE;
import static io.muster.ingest.access.FollowedAccess.PROOF;
import static io.muster.ingest.access.FollowedAccess.allowed;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.outbox.OutboxEntry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryAccessTest {
  private final FollowedAccess followed = FollowedAccess.start();
  private final ScriptedRegistry registry = followed.registry;
  private final SimpleMeterRegistry meters = followed.meters;
  private final List<Withdrawal> withdrawals = followed.withdrawals;
  private final RegistryAccess access = followed.access;

  @AfterEach
  void stop() {
    followed.close();
  }

  @Test
  void anAnswerIsUsedAgainForAMinute() {
    followed.assertGranted();
    followed.pass(Duration.ofSeconds(59));
    followed.assertGranted();
    assertEquals(1, registry.verifications());
    followed.pass(Duration.ofSeconds(2));
    followed.assertGranted();
    assertEquals(2, registry.verifications());
    assertEquals(1, meters.counter("muster.access.cache.hits", "kind", "credential").count());
  }

  @Test
  void thoseWhoAskTheSameAtTheSameTimeAskOnce() {
    var waiting = new CopyOnWriteArrayList<UniEmitter<? super VerifyAnswer>>();
    registry.answer(request -> Uni.createFrom().emitter(waiting::add));
    var first = followed.admit(PROOF).subscribeAsCompletionStage();
    var second = followed.admit(PROOF).subscribeAsCompletionStage();
    followed.admit(new CredentialProof.Secret("another")).subscribeAsCompletionStage();
    assertEquals(2, registry.verifications());
    waiting.forEach(emitter -> emitter.complete(allowed(null)));
    assertEquals(first.join(), second.join());
    followed.assertGranted();
    assertEquals(2, registry.verifications());
  }

  @Test
  void anotherSecretOrAnotherDeviceIsAnotherQuestion() {
    followed.assertGranted();
    followed.ask(new CredentialProof.Secret("other"));
    followed.ask(new CredentialProof.Token("hush"));
    access.admit(DeviceAddress.of("acme", "d2"), PROOF, null).await().atMost(PATIENCE);
    assertEquals(4, registry.verifications());
  }

  @Test
  void aRefusalIsForgottenAtOnce() {
    registry.answer(new VerifyAnswer.Denied(VerifyAnswer.Reason.WRONG_SECRET));
    var denied = new Admission.Denied(VerifyAnswer.Reason.WRONG_SECRET);
    assertEquals(denied, followed.ask(PROOF));
    assertEquals(denied, followed.ask(PROOF));
    assertEquals(1, registry.verifications());
    registry.answer(allowed(null));
    followed.pass(Duration.ofSeconds(3));
    followed.assertGranted();
    assertEquals(
        2,
        meters
            .counter("muster.access.verifications", "decision", "deny", "reason", "wrong-secret")
            .count());
  }

  @Test
  void aDisabledDeviceIsWithdrawnAndAskedForAnew() {
    followed.assertGranted();
    registry.answer(new VerifyAnswer.Denied(VerifyAnswer.Reason.DEVICE_DISABLED));
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    await()
        .atMost(PATIENCE)
        .until(() -> withdrawals.equals(List.of(new Withdrawal.OfDevice(DEVICE))));
    assertEquals(new Admission.Denied(VerifyAnswer.Reason.DEVICE_DISABLED), followed.ask(PROOF));
  }

  @Test
  void theRegistryHearsThatScopesAreEnforced() {
    var heard = new CopyOnWriteArrayList<Boolean>();
    registry.answer(
        request -> {
          heard.add(request.enforcesScopes());
          return Uni.createFrom().item(allowed(null));
        });
    followed.ask(PROOF);
    assertEquals(List.of(true), heard);
  }

  @Test
  void theEndOfATenantIsTold() {
    followed.assertGranted();
    registry.tell(new RegistryEvent.TenantDeleted(new TenantId("acme")));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                withdrawals.equals(List.of(new Withdrawal.OfDeletedTenant(new TenantId("acme")))));
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void otherLimitsOfATenantAreToldAndAskedForAnew() {
    followed.assertGranted();
    var limits = new DeviceLimits(1, 5);
    registry.tell(new RegistryEvent.TenantUpdated(new TenantId("acme"), limits));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                withdrawals.equals(List.of(new Withdrawal.OfLimits(new TenantId("acme"), limits))));
    var before = registry.verifications();
    followed.assertGranted();
    assertEquals(before + 1, registry.verifications());
  }

  @Test
  void anAnswerThatWasOnItsWayWhileTheDeviceWasDisabledIsNotBelieved() {
    var waiting = new CopyOnWriteArrayList<UniEmitter<? super VerifyAnswer>>();
    registry.answer(request -> Uni.createFrom().emitter(waiting::add));
    var admission = followed.admit(PROOF).subscribeAsCompletionStage();
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    await().atMost(PATIENCE).until(() -> !withdrawals.isEmpty());

    registry.answer(new VerifyAnswer.Denied(VerifyAnswer.Reason.DEVICE_DISABLED));
    waiting.getFirst().complete(allowed(null));
    assertEquals(new Admission.Denied(VerifyAnswer.Reason.DEVICE_DISABLED), admission.join());
  }

  @Test
  void anUpdateMakesAskAgainAndThrowsNobodyOff() {
    followed.assertGranted();
    registry.tell(new RegistryEvent.DeviceUpdated(DEVICE, 2));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              followed.assertGranted();
              return registry.verifications() == 2;
            });
    // It is told just after the answer was forgotten.
    await()
        .atMost(PATIENCE)
        .until(() -> withdrawals.equals(List.of(new Withdrawal.OfMandates(DEVICE))));
  }

  @Test
  void aLogWithAHoleMakesEverybodyShowTheirCredentialsAgain() {
    followed.assertGranted();
    registry.loseLog();
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    registry.tell(new RegistryEvent.DeviceDisabled(GATEWAY, 2));
    registry.trim();
    registry.comeBack();
    await().atMost(PATIENCE).until(() -> withdrawals.equals(List.of(new Withdrawal.OfEverybody())));
    followed.assertGranted();
    assertEquals(2, registry.verifications());
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 3));
    await().atMost(PATIENCE).until(() -> withdrawals.size() == 2);
  }

  @Test
  void anEventThatCannotBeReadStopsNothingAndIsNotIgnored() {
    followed.assertGranted();
    registry.tell(
        new OutboxEntry(
            UUID.randomUUID(),
            "platform/registry/device-disabled/acme/d1",
            1,
            CloudEvent.CONTENT_TYPE,
            Map.of(),
            "{".getBytes(),
            Instant.now()));
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                withdrawals.equals(
                    List.of(new Withdrawal.OfEverybody(), new Withdrawal.OfDevice(DEVICE))));
  }

  @Test
  void eventsThatAccessDoesNotDependOnAreLeftAlone() {
    registry.tell(
        new OutboxEntry(
            UUID.randomUUID(),
            "shadow/acme/d1/update/accepted",
            1,
            null,
            Map.of(),
            new byte[] {1},
            Instant.now()));
    registry.tell(
        new OutboxEntry(
            UUID.randomUUID(),
            "platform/registry/group-changed/acme/g",
            1,
            CloudEvent.CONTENT_TYPE,
            Map.of(),
            ("{\"specversion\":\"1.0\",\"id\":\""
                    + UUID.randomUUID()
                    + "\",\"source\":\"/muster/registry\",\"type\":\"io.muster.registry.group-changed\"}")
                .getBytes(),
            Instant.now()));
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    await()
        .atMost(PATIENCE)
        .until(() -> withdrawals.equals(List.of(new Withdrawal.OfDevice(DEVICE))));
  }

  @Test
  void aListenerThatFailsDoesNotKeepOthersFromHearing() {
    access.onWithdrawal(
        withdrawal -> {
          throw new IllegalStateException("no");
        });
    var last = new CopyOnWriteArrayList<Withdrawal>();
    access.onWithdrawal(last::add);
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    registry.tell(new RegistryEvent.DeviceDisabled(GATEWAY, 2));
    await().atMost(PATIENCE).until(() -> last.size() == 2);
  }

  @Test
  void aGatewaySpeaksForItsDevicesOnly() {
    registry.devices(
        device ->
            device.equals(DEVICE)
                ? Optional.of(new DeviceView(DEVICE, true, new DeviceId("gw"), 1))
                : Optional.empty());
    assertNull(access.maySpeakForIfKnown(GATEWAY, DEVICE));
    assertTrue(may(GATEWAY, DEVICE));
    assertEquals(true, access.maySpeakForIfKnown(GATEWAY, DEVICE));
    assertEquals(Mandate.NOT_GIVEN, followed.mandate(DeviceAddress.of("acme", "other"), DEVICE));
    assertEquals(Mandate.NOT_GIVEN, followed.mandate(GATEWAY, DeviceAddress.of("acme", "unknown")));
    assertEquals(Mandate.NOT_GIVEN, followed.mandate(DeviceAddress.of("evil", "gw"), DEVICE));
    assertEquals(false, access.maySpeakForIfKnown(DeviceAddress.of("evil", "gw"), DEVICE));
    assertEquals(2, registry.lookUps());
  }

  @Test
  void aGatewayLosesADeviceThatIsDisabledOrMoved() {
    registry.devices(device -> Optional.of(new DeviceView(device, true, new DeviceId("gw"), 1)));
    assertTrue(may(GATEWAY, DEVICE));
    registry.devices(device -> Optional.of(new DeviceView(device, true, new DeviceId("gw2"), 2)));
    registry.tell(new RegistryEvent.DeviceUpdated(DEVICE, 2));
    await().atMost(PATIENCE).until(() -> !may(GATEWAY, DEVICE));
    registry.devices(device -> Optional.of(new DeviceView(device, false, new DeviceId("gw"), 3)));
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 3));
    await().atMost(PATIENCE).until(() -> withdrawals.contains(new Withdrawal.OfDevice(DEVICE)));
    assertEquals(false, may(GATEWAY, DEVICE));
  }

  @Test
  void nobodyIsLetInBeforeTheLogIsFollowed() {
    var unfollowed = new ScriptedRegistry();
    unfollowed.answer(allowed(null));
    unfollowed.loseLog();
    try (var fresh =
        new RegistryAccess(
            unfollowed,
            TestConfig.inMemory(),
            new AccessMetrics(meters),
            Clock.systemUTC(),
            System::nanoTime)) {
      fresh.start();
      assertEquals(
          new Admission.Unavailable(), fresh.admit(DEVICE, PROOF, null).await().atMost(PATIENCE));
      assertEquals(0, unfollowed.verifications());
      unfollowed.comeBack();
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  fresh.admit(DEVICE, PROOF, null).await().atMost(PATIENCE)
                      instanceof Admission.Granted);
    }
  }

  private boolean may(DeviceAddress gateway, DeviceAddress device) {
    return followed.mandate(gateway, device) == Mandate.GIVEN;
  }
}
