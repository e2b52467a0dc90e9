package io.muster.command.life;

import static io.muster.command.life.State.ACCEPTED;
import static io.muster.command.life.State.CANCELLED;
import static io.muster.command.life.State.DELIVERED;
import static io.muster.command.life.State.EXPIRED;
import static io.muster.command.life.State.FAILED;
import static io.muster.command.life.State.QUEUED;
import static io.muster.command.life.State.REJECTED;
import static io.muster.command.life.State.SENT;
import static io.muster.command.life.State.SUCCEEDED;
import static io.muster.command.life.State.TIMED_OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.life.Outcome.Changed;
import io.muster.command.life.Outcome.Ignored;
import io.muster.command.life.Outcome.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {
  static final Instant T0 = Instant.parse("2026-11-01T12:00:00Z");
  private static final UUID MESSAGE = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  @Test
  void theTransitionsAreTheseAndNoOthers() {
    var every = EnumSet.allOf(State.class);
    var sent = EnumSet.of(DELIVERED, ACCEPTED, SUCCEEDED, FAILED, REJECTED, TIMED_OUT, CANCELLED);
    var expected =
        Map.of(
            QUEUED,
            EnumSet.of(SENT, DELIVERED, ACCEPTED, SUCCEEDED, FAILED, REJECTED, EXPIRED, CANCELLED),
            SENT,
            sent,
            DELIVERED,
            EnumSet.of(ACCEPTED, SUCCEEDED, FAILED, REJECTED, TIMED_OUT, CANCELLED),
            ACCEPTED,
            EnumSet.of(SUCCEEDED, FAILED, REJECTED, TIMED_OUT, CANCELLED));
    for (var from : every) {
      for (var to : every) {
        var may = expected.getOrDefault(from, EnumSet.noneOf(State.class)).contains(to);
        assertEquals(may, from.mayBecome(to), from + " to " + to);
      }
    }
  }

  @Test
  void labelsLeadBackToTheirStates() {
    for (var state : State.values()) {
      assertEquals(state, State.of(state.label()));
    }
    assertEquals("timed-out", TIMED_OUT.label());
    assertThrows(IllegalArgumentException.class, () -> State.of("TIMED_OUT"));
  }

  @Test
  void theWholeWayToSuccess() {
    var command = queued(terms()).sending(MESSAGE, T0);
    assertEquals(QUEUED, command.state());
    command = changed(command, atBroker(MESSAGE, Presence.CONNECTED, 1));
    assertEquals(SENT, command.state());
    command = changed(command, new Happening.Delivered(at(2)));
    assertEquals(DELIVERED, command.state());
    assertEquals(at(2).plus(command.terms().responseTimeout()), command.respondBy());
    command = changed(command, answer(202, 3));
    assertEquals(ACCEPTED, command.state());
    assertEquals(at(3).plus(command.terms().responseTimeout()), command.respondBy());
    command = changed(command, answer(200, 4));
    assertEquals(SUCCEEDED, command.state());
    assertEquals(at(4), command.since());
    assertEquals(200, command.answer().status());
    assertNull(command.respondBy());
    assertTrue(command.isFinished());
  }

  @ParameterizedTest
  @CsvSource({
    "200,SUCCEEDED",
    "204,SUCCEEDED",
    "299,SUCCEEDED",
    "400,REJECTED",
    "404,REJECTED",
    "499,REJECTED",
    "500,FAILED",
    "599,FAILED"
  })
  void aFinalStatusSaysHowItEnded(int status, State state) {
    assertEquals(state, changed(delivered(terms()), answer(status, 3)).state());
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 304, 399})
  void aStatusThatMeansNothingIsMalformed(int status) {
    ignored(Why.MALFORMED, delivered(terms()), answer(status, 3));
  }

  @Test
  void aDeviceMaySkipAccepted() {
    assertEquals(SUCCEEDED, changed(delivered(terms()), answer(200, 3)).state());
  }

  @Test
  void theDevicesWordOvertakesWhatOthersTellOfTheDelivery() {
    var underWay = queued(terms()).sending(MESSAGE, T0);
    var answered = changed(underWay, answer(202, 1));
    assertEquals(ACCEPTED, answered.state());
    var later = changed(answered, atBroker(MESSAGE, Presence.CONNECTED, 2));
    assertEquals(ACCEPTED, later.state());
    assertEquals(answered.respondBy(), later.respondBy());
    ignored(Why.DUPLICATE, later, new Happening.Delivered(at(3)));
    assertEquals(SUCCEEDED, changed(later, answer(200, 4)).state());
  }

  @Test
  void nobodyAnswersWhatWasNeverSent() {
    ignored(Why.NOT_SENT, queued(terms()), answer(200, 1));
    ignored(Why.NOT_SENT, queued(terms()), new Happening.Delivered(at(1)));
  }

  @Test
  void whatHappensAfterTheEndChangesNothing() {
    var done = changed(delivered(terms()), answer(200, 3));
    ignored(Why.LATE, done, answer(500, 4));
    ignored(Why.LATE, done, answer(200, 4));
    ignored(Why.LATE, done, new Happening.Delivered(at(4)));
    ignored(Why.LATE, done, new Happening.Cancelled(null, at(4)));
    ignored(Why.LATE, done, atBroker(MESSAGE, Presence.CONNECTED, 4));
    assertEquals(done, done.at(at(1_000_000)));
  }

  @Test
  void aSecondAcceptanceIsADuplicateAndDoesNotProlong() {
    var accepted = changed(delivered(terms()), answer(202, 3));
    ignored(Why.DUPLICATE, accepted, answer(202, 20));
  }

  @Test
  void aSecondDeliveryIsADuplicate() {
    ignored(Why.DUPLICATE, delivered(terms()), new Happening.Delivered(at(9)));
  }

  @Test
  void theBrokersWordOnAnotherMessageIsNoneOnThisOne() {
    var underWay = queued(terms()).sending(MESSAGE, T0);
    ignored(Why.DUPLICATE, underWay, atBroker(OTHER, Presence.CONNECTED, 1));
    ignored(Why.DUPLICATE, underWay, new Happening.NotPublished(OTHER, at(1)));
  }

  @Test
  void sentMeansThatTheDeviceWasConnected() {
    var underWay = queued(terms()).sending(MESSAGE, T0);
    var absent = changed(underWay, atBroker(MESSAGE, Presence.ABSENT, 1));
    assertEquals(QUEUED, absent.state());
    assertTrue(absent.mayBeSent());
    var unknown = changed(underWay, atBroker(MESSAGE, Presence.UNKNOWN, 1));
    assertEquals(QUEUED, unknown.state());
    assertEquals(DELIVERED, changed(unknown, new Happening.Delivered(at(2))).state());
    // Presence may be told late: what the device says of it counts all the same.
    assertEquals(SUCCEEDED, changed(absent, answer(200, 2)).state());
  }

  @Test
  void whatDidNotGetToTheBrokerMayBeSentAgain() {
    var again =
        changed(queued(terms()).sending(MESSAGE, T0), new Happening.NotPublished(MESSAGE, at(1)));
    assertEquals(QUEUED, again.state());
    assertTrue(again.mayBeSent());
    assertFalse(again.wantsSending(at(1), at(1)));
    assertTrue(again.wantsSending(at(2), at(2)));
  }

  @Test
  void expiresWhenItWasNotSentInTime() {
    var command = queued(terms());
    assertEquals(QUEUED, command.at(at(59)).state());
    var expired = command.at(at(60));
    assertEquals(EXPIRED, expired.state());
    assertEquals(Reason.NOT_SENT, expired.reason());
  }

  @Test
  void whatExpiresAfterItWasHandedOverSaysThatTheDeviceMayHaveHadIt() {
    var underWay = queued(terms()).sending(MESSAGE, T0);
    var tried = changed(underWay, atBroker(MESSAGE, Presence.UNKNOWN, 1));
    var dropped = changed(underWay, atBroker(MESSAGE, Presence.ABSENT, 1));
    for (var command : Set.of(underWay, tried, dropped)) {
      var expired = command.at(at(60));
      assertEquals(EXPIRED, expired.state());
      assertEquals(Reason.MAYBE_SENT, expired.reason());
    }
  }

  @Test
  void timesOutWhenItWasSentAndNotDeliveredInTime() {
    var sent =
        changed(queued(terms()).sending(MESSAGE, T0), atBroker(MESSAGE, Presence.CONNECTED, 1));
    assertEquals(SENT, sent.at(at(59)).state());
    var timedOut = sent.at(at(60));
    assertEquals(TIMED_OUT, timedOut.state());
    assertEquals(Reason.NOT_DELIVERED, timedOut.reason());
  }

  @Test
  void theTimeToLiveDoesNotEndWhatTheDeviceHas() {
    var late = changed(delivered(terms()), new Happening.DeviceIsBack(at(2)), Why.DUPLICATE);
    assertEquals(DELIVERED, late.at(at(11)).state());
    var accepted = changed(delivered(terms()), answer(202, 9));
    var longer = accepted.at(at(18));
    assertEquals(ACCEPTED, longer.state());
  }

  @Test
  void timesOutWhenNoAnswerCame() {
    var delivered = delivered(terms());
    assertEquals(DELIVERED, delivered.at(at(11)).state());
    var timedOut = delivered.at(at(12));
    assertEquals(TIMED_OUT, timedOut.state());
    assertEquals(Reason.NO_ANSWER, timedOut.reason());
  }

  @Test
  void timesOutWhenTheDeviceDidNotFinish() {
    var accepted = changed(delivered(terms()), answer(202, 5));
    assertEquals(ACCEPTED, accepted.at(at(14)).state());
    assertEquals(Reason.NOT_FINISHED, accepted.at(at(15)).reason());
  }

  @Test
  void retriesWhenNoAnswerCameWithGrowingPauses() {
    var command = delivered(retrying(2));
    command = command.at(at(12));
    assertEquals(DELIVERED, command.state());
    assertEquals(at(13), command.nextAttemptAt());
    assertTrue(command.holdsUp());
    command = command.sending(OTHER, at(13));
    assertEquals(2, command.attempts());
    command = changed(command, atBroker(OTHER, Presence.CONNECTED, 13));
    command = changed(command, new Happening.Delivered(at(14)));
    assertEquals(DELIVERED, command.state());
    command = command.at(at(24));
    assertEquals(at(26), command.nextAttemptAt());
    command = command.sending(MESSAGE, at(26));
    command = changed(command, new Happening.Delivered(at(27)));
    assertFalse(command.holdsUp());
    assertEquals(TIMED_OUT, command.at(at(37)).state());
  }

  @Test
  void aRetryThatIsNotSentBeforeTheTimeToLiveEndsWithoutAnswer() {
    var waiting = delivered(retrying(2)).at(at(12));
    assertEquals(DELIVERED, waiting.at(at(59)).state());
    assertEquals(Reason.NO_ANSWER, waiting.at(at(60)).reason());
  }

  @Test
  void anAnswerEndsTheRetries() {
    var waiting = delivered(retrying(2)).at(at(12));
    assertEquals(SUCCEEDED, changed(waiting, answer(200, 12)).state());
    var accepted = changed(waiting, answer(202, 12));
    assertFalse(accepted.wantsSending(at(20), at(20)));
    assertFalse(accepted.holdsUp());
  }

  @Test
  void aOneWayCommandEndsWithItsDelivery() {
    var command = queued(oneWay(1)).sending(MESSAGE, T0);
    command = changed(command, atBroker(MESSAGE, Presence.CONNECTED, 1));
    assertFalse(command.isFinished());
    command = changed(command, new Happening.Delivered(at(2)));
    assertEquals(DELIVERED, command.state());
    assertTrue(command.isFinished());
    assertNull(command.respondBy());
    assertEquals(command, command.at(at(1000)));
  }

  @Test
  void aOneWayCommandAtQos0EndsWithItsSending() {
    var command = queued(oneWay(0)).sending(MESSAGE, T0);
    command = changed(command, atBroker(MESSAGE, Presence.CONNECTED, 1));
    assertEquals(SENT, command.state());
    assertTrue(command.isFinished());
  }

  @Test
  void atQos0TheAnswerIsAwaitedFromTheSendingOn() {
    var command = queued(terms(false, 0, 0)).sending(MESSAGE, T0);
    command = changed(command, atBroker(MESSAGE, Presence.CONNECTED, 1));
    assertEquals(SENT, command.state());
    assertEquals(at(11), command.respondBy());
    assertFalse(command.wantsSending(at(5), at(5)));
    assertEquals(Reason.NO_ANSWER, command.at(at(11)).reason());
  }

  @Test
  void nobodyAnswersAOneWayCommand() {
    ignored(Why.MALFORMED, queued(oneWay(1)).sending(MESSAGE, T0), answer(200, 1));
  }

  @Test
  void cancellingSaysWhetherTheDeviceMayHaveIt() {
    var before = changed(queued(terms()), new Happening.Cancelled(null, at(1)));
    assertEquals(CANCELLED, before.state());
    assertEquals(Reason.BEFORE_SENDING, before.reason());
    for (var sent : Set.of(queued(terms()).sending(MESSAGE, T0), delivered(terms()))) {
      var after = changed(sent, new Happening.Cancelled(null, at(3)));
      assertEquals(CANCELLED, after.state());
      assertEquals(Reason.AFTER_SENDING, after.reason());
    }
    var gone = changed(queued(terms()), new Happening.Cancelled(Reason.DEVICE_DELETED, at(1)));
    assertEquals(Reason.DEVICE_DELETED, gone.reason());
  }

  @Test
  void whenTheDeviceIsBackItDoesNotWaitForThePauseToEnd() {
    var sent =
        changed(queued(terms()).sending(MESSAGE, T0), atBroker(MESSAGE, Presence.CONNECTED, 1));
    assertFalse(sent.wantsSending(at(1), at(1)));
    var back = changed(sent, new Happening.DeviceIsBack(at(1)));
    assertTrue(back.wantsSending(at(1), at(1)));
    ignored(Why.DUPLICATE, delivered(terms()), new Happening.DeviceIsBack(at(3)));
  }

  @Test
  void whatIsOnItsWayWhenTheDeviceComesBackIsSentAgainAtOnce() {
    var underWay = queued(terms()).sending(OTHER, T0).sending(MESSAGE, at(5));
    var back = changed(underWay, new Happening.DeviceIsBack(at(5).plusMillis(999)));
    assertTrue(back.wantsSending(at(6), at(6)));
    assertTrue(back.holdsUp());
    ignored(Why.DUPLICATE, back, atBroker(MESSAGE, Presence.CONNECTED, 6));
    assertEquals(DELIVERED, changed(back, new Happening.Delivered(at(6))).state());
    var arrived = changed(underWay, new Happening.Delivered(at(5)));
    ignored(Why.DUPLICATE, arrived, new Happening.DeviceIsBack(at(5)));
    // That one waits for the broker.
    ignored(Why.DUPLICATE, underWay, new Happening.DeviceIsBack(at(6)));
  }

  @Test
  void whileNobodyKnowsWhetherTheDeviceIsThereThePauseGrowsOnToAnHour() {
    var terms = terms();
    assertEquals(Duration.ofSeconds(8), terms.blindBackoff(4));
    assertEquals(Duration.ofSeconds(16), terms.blindBackoff(5));
    assertEquals(Duration.ofHours(1), terms.blindBackoff(13));
    assertEquals(Duration.ofHours(1), terms.blindBackoff(Integer.MAX_VALUE));
    var command = queued(terms());
    for (var i = 0; i < 5; i++) {
      command = command.sending(MESSAGE, T0);
    }
    assertEquals(at(17), changed(command, atBroker(MESSAGE, Presence.UNKNOWN, 1)).nextAttemptAt());
    assertEquals(at(9), changed(command, atBroker(MESSAGE, Presence.CONNECTED, 1)).nextAttemptAt());
  }

  @Test
  void thePauseGrowsUpToItsBound() {
    var terms = terms();
    assertEquals(Duration.ofSeconds(1), terms.backoff(1));
    assertEquals(Duration.ofSeconds(2), terms.backoff(2));
    assertEquals(Duration.ofSeconds(8), terms.backoff(4));
    assertEquals(Duration.ofSeconds(8), terms.backoff(5));
    assertEquals(Duration.ofSeconds(8), terms.backoff(Integer.MAX_VALUE));
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void noStateOfACommandThatIsOpenIsWithoutATimer(State state) {
    var command =
        new Command(1, MESSAGE, "x", terms(), state, null, T0, 1, 0, null, false, T0, null, null);
    assertEquals(state.isFinal(), command.nextTimer().isEmpty());
  }

  static Terms terms() {
    return terms(false, 1, 0);
  }

  static Terms retrying(int retries) {
    return terms(false, 1, retries);
  }

  static Terms oneWay(int qos) {
    return terms(true, qos, 0);
  }

  private static Terms terms(boolean oneWay, int qos, int retries) {
    return new Terms(
        oneWay,
        qos,
        at(60),
        Duration.ofSeconds(10),
        retries,
        Duration.ofSeconds(1),
        Duration.ofSeconds(8));
  }

  static Command queued(Terms terms) {
    return Command.queued(1, new UUID(7, 7), "reboot", terms, T0);
  }

  /** At second 2. */
  static Command delivered(Terms terms) {
    var sent =
        changed(queued(terms).sending(MESSAGE, T0), atBroker(MESSAGE, Presence.CONNECTED, 1));
    return changed(sent, new Happening.Delivered(at(2)));
  }

  static Instant at(int second) {
    return T0.plusSeconds(second);
  }

  static Happening atBroker(UUID message, Presence presence, int second) {
    return new Happening.AtBroker(message, presence, at(second));
  }

  static Happening answer(int status, int second) {
    return new Happening.Answered(new Answer(status, null, new byte[0], at(second)));
  }

  static Command changed(Command command, Happening happening) {
    return switch (command.apply(happening)) {
      case Changed it -> it.command();
      case Ignored it -> throw new AssertionError(happening + " was ignored: " + it.why());
    };
  }

  private static Command changed(Command command, Happening happening, Why orIgnored) {
    return switch (command.apply(happening)) {
      case Changed it -> it.command();
      case Ignored it when it.why() == orIgnored -> command;
      case Ignored it -> throw new AssertionError(happening + " was ignored: " + it.why());
    };
  }

  private static void ignored(Why why, Command command, Happening happening) {
    assertEquals(new Ignored(why), command.apply(happening));
  }
}
