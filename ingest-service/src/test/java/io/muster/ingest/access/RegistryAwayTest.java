package io.muster.ingest.access;

import static io.muster.ingest.access.FollowedAccess.CREDENTIAL;
import static io.muster.ingest.access.FollowedAccess.DEVICE;
import static io.muster.ingest.access.FollowedAccess.GATEWAY;
import static io.muster.ingest.access.FollowedAccess.PATIENCE;
import static io.muster.ingest.access.FollowedAccess.PROOF;
import static io.muster.ingest.access.FollowedAccess.START;
import static io.muster.ingest.access.FollowedAccess.allowed;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** For how long, and for whom, answers serve while the registry is away. */
class RegistryAwayTest {
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
  void whileTheRegistryIsAwayAnAnswerServesForAnHourAndNoLonger() {
    followed.assertGranted();
    registry.goAway();
    followed.pass(Duration.ofMinutes(59));
    followed.assertGranted();
    assertEquals(1, meters.counter("muster.access.stale.answers", "kind", "credential").count());
    followed.pass(Duration.ofMinutes(2));
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
    registry.comeBack();
    followed.assertGranted();
  }

  @Test
  void theHourBeginsWhenTheRegistryWasLastHeardNotWhenTheDeviceCame() {
    followed.assertGranted();
    for (int hours = 0; hours < 3; hours++) {
      followed.pass(Duration.ofMinutes(50));
      followed.awaitReading();
    }
    registry.goAway();
    followed.pass(Duration.ofMinutes(58));
    followed.assertGranted();
    followed.pass(Duration.ofMinutes(3));
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void noReadingOfTheLogConfirmsWhatWasWithdrawn() {
    followed.assertGranted();
    registry.tell(new RegistryEvent.CredentialRevoked(DEVICE, CREDENTIAL));
    await().atMost(PATIENCE).until(() -> !withdrawals.isEmpty());
    for (int hours = 0; hours < 3; hours++) {
      followed.pass(Duration.ofMinutes(50));
      followed.awaitReading();
    }
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void noReadingOfTheLogMakesACredentialLastLonger() {
    registry.answer(allowed(START.plus(Duration.ofHours(1))));
    followed.assertGranted();
    for (int minutes = 0; minutes < 80; minutes += 20) {
      followed.pass(Duration.ofMinutes(20));
      followed.awaitReading();
    }
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void aRegistryThatIsAwayIsNotAskedAtEachUseOfAnOlderAnswer() {
    followed.assertGranted();
    registry.goAway();
    followed.pass(Duration.ofMinutes(5));
    for (int n = 0; n < 100; n++) {
      followed.assertGranted();
    }
    assertEquals(2, registry.verifications());
    followed.pass(Duration.ofSeconds(6));
    followed.assertGranted();
    assertEquals(3, registry.verifications());
  }

  @Test
  void aStrangerIsNotLetInWhileTheRegistryIsAway() {
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
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
    followed.assertGranted();
    registry.goAway();
    followed.pass(Duration.ofSeconds(29));
    followed.assertGranted();
    followed.pass(Duration.ofSeconds(2));
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void whatWasRevokedWhileTheLogWasOutOfReachIsAppliedWhenItIsBack() {
    followed.assertGranted();
    registry.goAway();
    registry.tell(new RegistryEvent.DeviceDeleted(DEVICE));
    registry.tell(new RegistryEvent.TenantSuspended(new TenantId("acme")));
    followed.pass(Duration.ofMinutes(10));
    followed.assertGranted();
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
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void aGatewayGoesOnWhileTheRegistryIsAway() {
    registry.devices(device -> Optional.of(new DeviceView(device, true, new DeviceId("gw"), 1)));
    assertTrue(followed.mandate(GATEWAY, DEVICE) == Mandate.GIVEN);
    registry.goAway();
    followed.pass(Duration.ofMinutes(30));
    assertNull(access.maySpeakForIfKnown(GATEWAY, DEVICE));
    assertTrue(followed.mandate(GATEWAY, DEVICE) == Mandate.GIVEN);
    assertEquals(true, access.maySpeakForIfKnown(GATEWAY, DEVICE));
    assertEquals(Mandate.UNKNOWN, followed.mandate(GATEWAY, DeviceAddress.of("acme", "d2")));
    followed.pass(Duration.ofMinutes(31));
    assertEquals(Mandate.UNKNOWN, followed.mandate(GATEWAY, DEVICE));
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
}
