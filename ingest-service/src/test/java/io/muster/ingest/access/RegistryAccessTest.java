package io.muster.ingest.access;

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
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryAccessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Instant START = Instant.parse("2026-11-23T03:00:00Z");
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  private static final DeviceAddress GATEWAY = DeviceAddress.of("acme", "gw");
  private static final CredentialProof PROOF = new CredentialProof.Secret("hush");
  private static final UUID CREDENTIAL = UUID.randomUUID();

  private final AtomicLong elapsed = new AtomicLong();
  private final ScriptedRegistry registry = new ScriptedRegistry();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<Withdrawal> withdrawals = new CopyOnWriteArrayList<>();
  private RegistryAccess access;

  @BeforeEach
  void start() {
    InstantSource source = () -> START.plusNanos(elapsed.get());
    access =
        new RegistryAccess(
            registry,
            TestConfig.inMemory(),
            new AccessMetrics(meters),
            source.withZone(ZoneOffset.UTC),
            // Real time passes too, so that no two readings are the same.
            () -> elapsed.get() + System.nanoTime());
    access.onWithdrawal(withdrawals::add);
    registry.answer(allowed(null));
    access.start();
    await().atMost(PATIENCE).until(() -> access.upToDateAt().isPresent());
  }

  @AfterEach
  void stop() {
    access.close();
  }

  @Test
  void anAnswerIsUsedAgainForAMinute() {
    assertGranted();
    pass(Duration.ofSeconds(59));
    assertGranted();
    assertEquals(1, registry.verifications());
    pass(Duration.ofSeconds(2));
    assertGranted();
    assertEquals(2, registry.verifications());
    assertEquals(1, meters.counter("muster.access.cache.hits", "kind", "credential").count());
  }

  @Test
  void thoseWhoAskTheSameAtTheSameTimeAskOnce() {
    var waiting = new CopyOnWriteArrayList<UniEmitter<? super VerifyAnswer>>();
    registry.answer(request -> Uni.createFrom().emitter(waiting::add));
    var first = admit(PROOF).subscribeAsCompletionStage();
    var second = admit(PROOF).subscribeAsCompletionStage();
    admit(new CredentialProof.Secret("another")).subscribeAsCompletionStage();
    assertEquals(2, registry.verifications());
    waiting.forEach(emitter -> emitter.complete(allowed(null)));
    assertEquals(first.join(), second.join());
    assertGranted();
    assertEquals(2, registry.verifications());
  }

  @Test
  void whileTheRegistryIsAwayAnAnswerServesForAnHourAndNoLonger() {
    assertGranted();
    registry.goAway();
    pass(Duration.ofMinutes(59));
    assertGranted();
    assertEquals(1, meters.counter("muster.access.stale.answers", "kind", "credential").count());
    pass(Duration.ofMinutes(2));
    assertEquals(new Admission.Unavailable(), ask(PROOF));
    registry.comeBack();
    assertGranted();
  }

  @Test
  void theHourBeginsWhenTheRegistryWasLastHeardNotWhenTheDeviceCame() {
    assertGranted();
    for (int hours = 0; hours < 3; hours++) {
      pass(Duration.ofMinutes(50));
      awaitConfirmation();
    }
    registry.goAway();
    pass(Duration.ofMinutes(58));
    assertGranted();
    pass(Duration.ofMinutes(3));
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void noReadingOfTheLogConfirmsWhatWasWithdrawn() {
    assertGranted();
    registry.tell(new RegistryEvent.DeviceUpdated(DEVICE, 2));
    await().atMost(PATIENCE).until(() -> !withdrawals.isEmpty());
    for (int hours = 0; hours < 3; hours++) {
      pass(Duration.ofMinutes(50));
      awaitConfirmation();
    }
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void noReadingOfTheLogMakesACredentialLastLonger() {
    registry.answer(allowed(START.plus(Duration.ofHours(1))));
    assertGranted();
    for (int minutes = 0; minutes < 80; minutes += 20) {
      pass(Duration.ofMinutes(20));
      awaitConfirmation();
    }
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  /** Two readings that began after now: the first may have been under way when time passed. */
  private void awaitConfirmation() {
    for (int reading = 0; reading < 2; reading++) {
      var pages = registry.pages();
      await().atMost(PATIENCE).until(() -> registry.pages() > pages + 1);
    }
  }

  @Test
  void aRegistryThatIsAwayIsNotAskedAtEachUseOfAnOlderAnswer() {
    assertGranted();
    registry.goAway();
    pass(Duration.ofMinutes(5));
    for (int n = 0; n < 100; n++) {
      assertGranted();
    }
    assertEquals(2, registry.verifications());
    pass(Duration.ofSeconds(6));
    assertGranted();
    assertEquals(3, registry.verifications());
  }

  @Test
  void aStrangerIsNotLetInWhileTheRegistryIsAway() {
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
    assertEquals(
        1,
        meters
            .counter(
                "muster.access.verifications", "decision", "unavailable", "reason", "registry-away")
            .count());
  }

  @Test
  void noAnswerServesBeyondTheCredentialsEnd() {
    registry.answer(allowed(START.plusSeconds(30)));
    assertGranted();
    registry.goAway();
    pass(Duration.ofSeconds(29));
    assertGranted();
    pass(Duration.ofSeconds(2));
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void anotherSecretOrAnotherDeviceIsAnotherQuestion() {
    assertGranted();
    ask(new CredentialProof.Secret("other"));
    ask(new CredentialProof.Token("hush"));
    access.admit(DeviceAddress.of("acme", "d2"), PROOF, null).await().atMost(PATIENCE);
    assertEquals(4, registry.verifications());
  }

  @Test
  void aRefusalIsForgottenAtOnce() {
    registry.answer(new VerifyAnswer.Denied(VerifyAnswer.Reason.WRONG_SECRET));
    var denied = new Admission.Denied(VerifyAnswer.Reason.WRONG_SECRET);
    assertEquals(denied, ask(PROOF));
    assertEquals(denied, ask(PROOF));
    assertEquals(1, registry.verifications());
    registry.answer(allowed(null));
    pass(Duration.ofSeconds(3));
    assertGranted();
    assertEquals(
        2,
        meters
            .counter("muster.access.verifications", "decision", "deny", "reason", "wrong-secret")
            .count());
  }

  @Test
  void aDisabledDeviceIsWithdrawnAndAskedForAnew() {
    assertGranted();
    registry.answer(new VerifyAnswer.Denied(VerifyAnswer.Reason.DEVICE_DISABLED));
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    await()
        .atMost(PATIENCE)
        .until(() -> withdrawals.equals(List.of(new Withdrawal.OfDevice(DEVICE))));
    assertEquals(new Admission.Denied(VerifyAnswer.Reason.DEVICE_DISABLED), ask(PROOF));
  }

  @Test
  void aWithdrawnAnswerDoesNotServeWhileTheRegistryIsAwayEither() {
    assertGranted();
    registry.tell(new RegistryEvent.CredentialRevoked(DEVICE, CREDENTIAL));
    await()
        .atMost(PATIENCE)
        .until(() -> withdrawals.equals(List.of(new Withdrawal.OfCredential(DEVICE, CREDENTIAL))));
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void anAnswerAboutATokenIsAskedForAgainWhenItsKeyIsWithdrawn() {
    var key = UUID.randomUUID();
    assertGranted();
    registry.tell(new RegistryEvent.TokenKeyWithdrawn(DEVICE.tenant(), key));
    await()
        .atMost(PATIENCE)
        .until(() -> withdrawals.equals(List.of(new Withdrawal.OfTokenKey(DEVICE.tenant(), key))));
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void theRegistryHearsThatScopesAreEnforced() {
    var heard = new CopyOnWriteArrayList<Boolean>();
    registry.answer(
        request -> {
          heard.add(request.enforcesScopes());
          return Uni.createFrom().item(allowed(null));
        });
    ask(PROOF);
    assertEquals(List.of(true), heard);
  }

  @Test
  void whatWasRevokedWhileTheLogWasOutOfReachIsAppliedWhenItIsBack() {
    assertGranted();
    registry.goAway();
    registry.tell(new RegistryEvent.DeviceDeleted(DEVICE));
    registry.tell(new RegistryEvent.TenantSuspended(new TenantId("acme")));
    pass(Duration.ofMinutes(10));
    assertGranted();
    registry.comeBack();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                withdrawals.equals(
                    List.of(
                        new Withdrawal.OfDeleted(DEVICE),
                        new Withdrawal.OfTenant(new TenantId("acme")))));
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void theEndOfATenantIsTold() {
    assertGranted();
    registry.tell(new RegistryEvent.TenantDeleted(new TenantId("acme")));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                withdrawals.equals(List.of(new Withdrawal.OfDeletedTenant(new TenantId("acme")))));
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void otherLimitsOfATenantAreToldAndAskedForAnew() {
    assertGranted();
    var limits = new DeviceLimits(1, 5);
    registry.tell(new RegistryEvent.TenantUpdated(new TenantId("acme"), limits));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                withdrawals.equals(List.of(new Withdrawal.OfLimits(new TenantId("acme"), limits))));
    var before = registry.verifications();
    assertGranted();
    assertEquals(before + 1, registry.verifications());
  }

  @Test
  void anAnswerThatWasOnItsWayWhileTheDeviceWasDisabledIsNotBelieved() {
    var waiting = new CopyOnWriteArrayList<UniEmitter<? super VerifyAnswer>>();
    registry.answer(request -> Uni.createFrom().emitter(waiting::add));
    var admission = admit(PROOF).subscribeAsCompletionStage();
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    await().atMost(PATIENCE).until(() -> !withdrawals.isEmpty());

    registry.answer(new VerifyAnswer.Denied(VerifyAnswer.Reason.DEVICE_DISABLED));
    waiting.getFirst().complete(allowed(null));
    assertEquals(new Admission.Denied(VerifyAnswer.Reason.DEVICE_DISABLED), admission.join());
  }

  @Test
  void anUpdateMakesAskAgainAndThrowsNobodyOff() {
    assertGranted();
    registry.tell(new RegistryEvent.DeviceUpdated(DEVICE, 2));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              assertGranted();
              return registry.verifications() == 2;
            });
    assertEquals(List.of(new Withdrawal.OfMandates(DEVICE)), withdrawals);
  }

  @Test
  void aLogWithAHoleMakesEverybodyShowTheirCredentialsAgain() {
    assertGranted();
    registry.loseLog();
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 2));
    registry.tell(new RegistryEvent.DeviceDisabled(GATEWAY, 2));
    registry.trim();
    registry.comeBack();
    await().atMost(PATIENCE).until(() -> withdrawals.equals(List.of(new Withdrawal.OfEverybody())));
    assertGranted();
    assertEquals(2, registry.verifications());
    registry.tell(new RegistryEvent.DeviceDisabled(DEVICE, 3));
    await().atMost(PATIENCE).until(() -> withdrawals.size() == 2);
  }

  @Test
  void anEventThatCannotBeReadStopsNothingAndIsNotIgnored() {
    assertGranted();
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
    assertEquals(Mandate.NOT_GIVEN, mandate(DeviceAddress.of("acme", "other"), DEVICE));
    assertEquals(Mandate.NOT_GIVEN, mandate(GATEWAY, DeviceAddress.of("acme", "unknown")));
    assertEquals(Mandate.NOT_GIVEN, mandate(DeviceAddress.of("evil", "gw"), DEVICE));
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
  void aGatewayGoesOnWhileTheRegistryIsAway() {
    registry.devices(device -> Optional.of(new DeviceView(device, true, new DeviceId("gw"), 1)));
    assertTrue(may(GATEWAY, DEVICE));
    registry.goAway();
    pass(Duration.ofMinutes(30));
    assertNull(access.maySpeakForIfKnown(GATEWAY, DEVICE));
    assertTrue(may(GATEWAY, DEVICE));
    assertEquals(true, access.maySpeakForIfKnown(GATEWAY, DEVICE));
    assertEquals(Mandate.UNKNOWN, mandate(GATEWAY, DeviceAddress.of("acme", "d2")));
    pass(Duration.ofMinutes(31));
    assertEquals(Mandate.UNKNOWN, mandate(GATEWAY, DEVICE));
  }

  @Test
  void whetherADeviceExistsIsNotGuessed() {
    registry.devices(device -> Optional.of(new DeviceView(device, true, null, 1)));
    assertTrue(access.isKnown(DEVICE).await().atMost(PATIENCE));
    registry.goAway();
    var failure =
        access
            .isKnown(DeviceAddress.of("acme", "d2"))
            .onItemOrFailure()
            .transform((known, away) -> away)
            .await()
            .atMost(PATIENCE);
    assertTrue(failure instanceof RegistryAwayException);
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

  private void pass(Duration duration) {
    elapsed.addAndGet(duration.toNanos());
  }

  private Uni<Admission> admit(CredentialProof proof) {
    return access.admit(DEVICE, proof, "10.0.0.1");
  }

  private Admission ask(CredentialProof proof) {
    return admit(proof).await().atMost(PATIENCE);
  }

  private boolean may(DeviceAddress gateway, DeviceAddress device) {
    return mandate(gateway, device) == Mandate.GIVEN;
  }

  private Mandate mandate(DeviceAddress gateway, DeviceAddress device) {
    return access.maySpeakFor(gateway, device).await().atMost(PATIENCE);
  }

  private void assertGranted() {
    var admission = ask(PROOF);
    assertTrue(admission instanceof Admission.Granted, admission::toString);
  }

  private static VerifyAnswer allowed(Instant validUntil) {
    return new VerifyAnswer.Allowed(DEVICE, CREDENTIAL, validUntil, new DeviceLimits(10, 1_024));
  }
}
