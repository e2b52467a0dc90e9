package io.muster.ingest.access;

import static io.muster.ingest.access.FollowedAccess.CREDENTIAL;
import static io.muster.ingest.access.FollowedAccess.DEVICE;
import static io.muster.ingest.access.FollowedAccess.GATEWAY;
import static io.muster.ingest.access.FollowedAccess.LIMITS;
import static io.muster.ingest.access.FollowedAccess.PATIENCE;
import static io.muster.ingest.access.FollowedAccess.PROOF;
import static io.muster.ingest.access.FollowedAccess.allowed;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.RegistryEvent.CredentialRevoked;
import io.muster.contract.event.RegistryEvent.DeviceCreated;
import io.muster.contract.event.RegistryEvent.DeviceDeleted;
import io.muster.contract.event.RegistryEvent.DeviceDisabled;
import io.muster.contract.event.RegistryEvent.DeviceUpdated;
import io.muster.contract.event.RegistryEvent.TenantSuspended;
import io.muster.contract.event.RegistryEvent.TenantUpdated;
import io.muster.contract.event.RegistryEvent.TokenKeyWithdrawn;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the registry said before it went away: only what takes a credential back keeps its device
 * out. Any word has the registry asked again when it is there.
 */
class WordsWhileAwayTest {
  private static final TenantId TENANT = new TenantId("acme");
  private static final UUID KEY = UUID.randomUUID();
  private static final UUID ANOTHER = UUID.randomUUID();
  private static final DeviceLimits FEWER = new DeviceLimits(1, 5);

  private final FollowedAccess followed = FollowedAccess.start();
  private final ScriptedRegistry registry = followed.registry;

  @AfterEach
  void stop() {
    followed.close();
  }

  static List<RegistryEvent> wordsThatTakeNothingBack() {
    return List.of(
        new DeviceCreated(DEVICE, 1),
        new DeviceUpdated(DEVICE, 2),
        new CredentialRevoked(DEVICE, ANOTHER),
        new TenantUpdated(TENANT, LIMITS),
        new TokenKeyWithdrawn(TENANT, ANOTHER));
  }

  static List<RegistryEvent> wordsThatTakeItBack() {
    return List.of(
        new DeviceDisabled(DEVICE, 2),
        new DeviceDeleted(DEVICE),
        new CredentialRevoked(DEVICE, CREDENTIAL),
        new TenantSuspended(TENANT),
        new TokenKeyWithdrawn(TENANT, KEY));
  }

  /** With a token, so that all that can be taken back is in one answer. */
  private static VerifyAnswer.Allowed withToken() {
    var token = new VerifyAnswer.IssuedToken(KEY, DeviceScope.all());
    return new VerifyAnswer.Allowed(DEVICE, CREDENTIAL, null, LIMITS, token);
  }

  @ParameterizedTest
  @MethodSource("wordsThatTakeNothingBack")
  void whoseCredentialHoldsGetsBackIn(RegistryEvent word) {
    registry.answer(withToken());
    followed.assertGranted();
    followed.hear(word);
    registry.goAway();
    assertEquals(withToken(), followed.assertGranted().answer());
    assertEquals(2, registry.verifications());
    followed.assertGranted();
    assertEquals(2, registry.verifications(), "the registry is left alone for a while");
    followed.pass(Duration.ofMinutes(59));
    followed.assertGranted();
    followed.pass(Duration.ofMinutes(2));
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @ParameterizedTest
  @MethodSource("wordsThatTakeItBack")
  void whoseCredentialDoesNotStaysOut(RegistryEvent word) {
    registry.answer(withToken());
    followed.assertGranted();
    followed.hear(word);
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
    registry.comeBack();
    followed.pass(Duration.ofMinutes(2));
    followed.awaitReading();
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
    registry.comeBack();
    registry.answer(new VerifyAnswer.Denied(Reason.DEVICE_DISABLED));
    assertEquals(new Admission.Denied(Reason.DEVICE_DISABLED), followed.ask(PROOF));
  }

  @ParameterizedTest
  @MethodSource("wordsThatTakeItBack")
  void aWordThatWasSaidWhileTheLogCouldNotBeReadHasItsEffectAfterwards(RegistryEvent word) {
    registry.answer(withToken());
    followed.assertGranted();
    followed.loseLog();
    registry.tell(word);
    registry.comeBack();
    await().atMost(PATIENCE).until(() -> !followed.withdrawals.isEmpty());
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void nobodyGetsBackInWhenAWordCannotBeRead() {
    followed.assertGranted();
    followed.hear(new CredentialRevoked(DEVICE, null));
    assertEquals(List.of(new Withdrawal.OfEverybody()), followed.withdrawals);
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void nobodyGetsBackInWhenWordsWereLost() {
    followed.assertGranted();
    followed.loseLog();
    registry.tell(new DeviceDisabled(DEVICE, 2));
    registry.tell(new DeviceDisabled(GATEWAY, 2));
    registry.trim();
    registry.comeBack();
    await().atMost(PATIENCE).until(() -> !followed.withdrawals.isEmpty());
    assertEquals(List.of(new Withdrawal.OfEverybody()), followed.withdrawals);
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @ParameterizedTest
  @MethodSource("wordsThatTakeNothingBack")
  void theRegistryIsAskedAgainWhileItIsThere(RegistryEvent word) {
    registry.answer(withToken());
    followed.assertGranted();
    followed.hear(word);
    registry.answer(new VerifyAnswer.Denied(Reason.WRONG_SECRET));
    assertEquals(new Admission.Denied(Reason.WRONG_SECRET), followed.ask(PROOF));
    registry.goAway();
    followed.pass(Duration.ofSeconds(3));
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  @Test
  void itIsAskedAgainThoughItsLogWasConfirmedSince() {
    followed.pass(Duration.ofSeconds(30));
    followed.assertGranted();
    followed.hear(new DeviceUpdated(DEVICE, 2));
    followed.pass(Duration.ofSeconds(31));
    followed.awaitReading();
    followed.assertGranted();
    assertEquals(2, registry.verifications());
  }

  @Test
  void whenItIsBackItIsAskedAgainAfterAWhileOrAWord() {
    followed.assertGranted();
    followed.hear(new DeviceUpdated(DEVICE, 2));
    registry.goAway();
    followed.assertGranted();
    registry.comeBack();
    followed.assertGranted();
    assertEquals(2, registry.verifications());
    followed.hear(new DeviceUpdated(DEVICE, 3));
    followed.assertGranted();
    assertEquals(3, registry.verifications());
    registry.goAway();
    followed.pass(Duration.ofMinutes(2));
    followed.assertGranted();
    registry.comeBack();
    registry.answer(new VerifyAnswer.Denied(Reason.WRONG_SECRET));
    followed.pass(Duration.ofSeconds(6));
    assertEquals(new Admission.Denied(Reason.WRONG_SECRET), followed.ask(PROOF));
  }

  @Test
  void theHourBeginsWhenTheRegistryWasLastHeardAlsoAfterAWord() {
    followed.assertGranted();
    followed.hear(new DeviceUpdated(DEVICE, 2));
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
  void whoGetsBackInHasTheLimitsThatWereToldLast() {
    followed.assertGranted();
    followed.hear(new TenantUpdated(TENANT, new DeviceLimits(3, 3)));
    followed.hear(new TenantUpdated(TENANT, FEWER));
    registry.goAway();
    assertEquals(FEWER, followed.assertGranted().answer().limits());
    assertEquals(FEWER, followed.assertGranted().answer().limits());
    followed.pass(Duration.ofMinutes(30));
    assertEquals(FEWER, followed.assertGranted().answer().limits());
  }

  @Test
  void theLimitsOutlastTheWordOfThem() {
    followed.assertGranted();
    followed.hear(new TenantUpdated(TENANT, FEWER));
    for (int hours = 0; hours < 3; hours++) {
      followed.pass(Duration.ofMinutes(50));
      followed.awaitReading();
    }
    registry.goAway();
    assertEquals(FEWER, followed.assertGranted().answer().limits());
  }

  @Test
  void aLaterAnswerNamesItsOwnLimits() {
    followed.assertGranted();
    followed.hear(new TenantUpdated(TENANT, FEWER));
    assertEquals(LIMITS, followed.assertGranted().answer().limits());
    registry.goAway();
    followed.pass(Duration.ofMinutes(2));
    assertEquals(LIMITS, followed.assertGranted().answer().limits());
  }

  @Test
  void anAnswerThatAWordOvertookServesWhenTheRegistryIsAwayThen() {
    var waiting = holdAnswers();
    var admission = followed.admit(PROOF).subscribeAsCompletionStage();
    followed.hear(new DeviceUpdated(DEVICE, 2));
    registry.goAway();
    waiting.getFirst().complete(allowed(null));
    assertEquals(new Admission.Granted(allowed(null)), admission.join());
    assertEquals(2, registry.verifications());
  }

  @Test
  void aRefusalThatAWordOvertookIsNotMadeUpForByAnOlderAnswer() {
    followed.assertGranted();
    followed.pass(Duration.ofSeconds(61));
    var waiting = holdAnswers();
    var admission = followed.admit(PROOF).subscribeAsCompletionStage();
    followed.hear(new DeviceUpdated(DEVICE, 2));
    registry.goAway();
    waiting.getFirst().complete(new VerifyAnswer.Denied(Reason.WRONG_SECRET));
    assertEquals(new Admission.Unavailable(), admission.join());
  }

  @Test
  void answersThatWordsOvertakeTimeAndAgainAreNotBelievedThoughTheRegistryIsThere() {
    followed.assertGranted();
    followed.pass(Duration.ofSeconds(61));
    var waiting = holdAnswers();
    var admission = followed.admit(PROOF).subscribeAsCompletionStage();
    for (int time = 0; time < 3; time++) {
      assertEquals(time + 1, waiting.size());
      followed.hear(new DeviceUpdated(DEVICE, time));
      waiting.get(time).complete(allowed(null));
    }
    assertEquals(new Admission.Unavailable(), admission.join());
    assertEquals(4, registry.verifications());
  }

  private List<UniEmitter<? super VerifyAnswer>> holdAnswers() {
    var waiting = new CopyOnWriteArrayList<UniEmitter<? super VerifyAnswer>>();
    registry.answer(request -> Uni.createFrom().emitter(waiting::add));
    return waiting;
  }

  @Test
  void aRefusalDoesNotOutlastTheWordThatTheDeviceWasCreated() {
    registry.answer(new VerifyAnswer.Denied(Reason.UNKNOWN_DEVICE));
    assertEquals(new Admission.Denied(Reason.UNKNOWN_DEVICE), followed.ask(PROOF));
    followed.hear(new DeviceCreated(DEVICE, 1));
    registry.goAway();
    assertEquals(new Admission.Unavailable(), followed.ask(PROOF));
  }

  static List<RegistryEvent> wordsThatLeaveTheGateway() {
    return List.of(
        new CredentialRevoked(DEVICE, ANOTHER),
        new TenantUpdated(TENANT, FEWER),
        new TokenKeyWithdrawn(TENANT, KEY),
        new DeviceUpdated(GATEWAY, 2));
  }

  @ParameterizedTest
  @MethodSource("wordsThatLeaveTheGateway")
  void aGatewaySpeaksForItsDeviceStill(RegistryEvent word) {
    registry.devices(device -> Optional.of(new DeviceView(device, true, new DeviceId("gw"), 1)));
    assertEquals(Mandate.GIVEN, followed.mandate(GATEWAY, DEVICE));
    followed.hear(word);
    registry.goAway();
    assertEquals(Mandate.GIVEN, followed.mandate(GATEWAY, DEVICE));
    assertTrue(followed.access.isKnown(DEVICE).await().atMost(PATIENCE));
  }

  static List<RegistryEvent> wordsThatMayTakeTheGatewayAway() {
    return List.of(
        new DeviceCreated(DEVICE, 1),
        new DeviceUpdated(DEVICE, 2),
        new DeviceDisabled(DEVICE, 2),
        new DeviceDeleted(DEVICE),
        new TenantSuspended(TENANT));
  }

  @ParameterizedTest
  @MethodSource("wordsThatMayTakeTheGatewayAway")
  void nobodyCanTellWhetherAGatewaySpeaksForADeviceThatIsNotWhatItWas(RegistryEvent word) {
    registry.devices(device -> Optional.of(new DeviceView(device, true, new DeviceId("gw"), 1)));
    assertEquals(Mandate.GIVEN, followed.mandate(GATEWAY, DEVICE));
    followed.hear(word);
    assertNull(followed.access.maySpeakForIfKnown(GATEWAY, DEVICE));
    registry.goAway();
    assertEquals(Mandate.UNKNOWN, followed.mandate(GATEWAY, DEVICE));
    assertNull(followed.access.maySpeakForIfKnown(GATEWAY, DEVICE));
    registry.comeBack();
    registry.devices(device -> Optional.of(new DeviceView(device, true, new DeviceId("gw2"), 2)));
    assertEquals(Mandate.NOT_GIVEN, followed.mandate(GATEWAY, DEVICE));
  }

  @Test
  void aDeviceThatMightNotTakePartIsNotTakenForOneThatStillMayNot() {
    registry.devices(device -> Optional.of(new DeviceView(device, false, null, 1)));
    assertEquals(false, followed.access.isKnown(DEVICE).await().atMost(PATIENCE));
    followed.hear(new TenantUpdated(TENANT, LIMITS));
    registry.goAway();
    assertThrows(
        RegistryAwayException.class,
        () -> followed.access.isKnown(DEVICE).await().atMost(PATIENCE));
  }
}
