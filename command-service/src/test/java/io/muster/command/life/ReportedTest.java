package io.muster.command.life;

import static io.muster.command.life.CommandTest.answer;
import static io.muster.command.life.CommandTest.at;
import static io.muster.command.life.CommandTest.atBroker;
import static io.muster.command.life.CommandTest.changed;
import static io.muster.command.life.CommandTest.delivered;
import static io.muster.command.life.CommandTest.oneWay;
import static io.muster.command.life.CommandTest.queued;
import static io.muster.command.life.CommandTest.terms;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.life.Outcome.Ignored;
import io.muster.command.life.Outcome.Why;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a device says of a command that it fetched itself. */
class ReportedTest {
  private static final UUID MESSAGE = new UUID(3, 3);

  @ParameterizedTest
  @MethodSource("words")
  void aDeviceMaySayItOfACommandThatWasNeverSent(int status, State state) {
    var after = changed(queued(terms()), reported(status, 5, 20));
    assertEquals(state, after.state());
    assertEquals(1, after.attempts());
    assertEquals(status, after.answer().status());
    assertEquals(at(5), after.since());
    assertEquals(state == State.ACCEPTED ? at(20) : null, after.respondBy());
  }

  static Stream<Arguments> words() {
    return Stream.of(
        Arguments.of(202, State.ACCEPTED),
        Arguments.of(200, State.SUCCEEDED),
        Arguments.of(500, State.FAILED),
        Arguments.of(400, State.REJECTED));
  }

  @ParameterizedTest
  @MethodSource("words")
  void eachWordMayFollowTheBeginning(int status, State state) {
    var begun = changed(queued(terms()), reported(202, 1, 20));
    var after = changed(begun, reported(status, 2, 40));
    assertEquals(state, after.state());
    assertEquals(state.isFinal() ? null : at(40), after.respondBy());
    // It has been at work since it began.
    assertEquals(state.isFinal() ? at(2) : at(1), after.since());
  }

  @ParameterizedTest
  @MethodSource("words")
  void nothingIsSaidOfWhatHasEnded(int status, State state) {
    for (var end : List.of(200, 400, 500)) {
      var ended = changed(queued(terms()), reported(end, 1, 20));
      assertEquals(new Ignored(Why.LATE), ended.apply(reported(status, 2, 20)));
    }
    var cancelled = changed(queued(terms()), new Happening.Cancelled(null, at(1)));
    assertEquals(new Ignored(Why.LATE), cancelled.apply(reported(status, 2, 20)));
    var expired = queued(terms()).at(at(60));
    assertEquals(new Ignored(Why.LATE), expired.apply(reported(status, 61, 80)));
  }

  @ParameterizedTest
  @MethodSource("words")
  void eachWordMayFollowASendingAndADelivery(int status, State state) {
    var sent =
        changed(queued(terms()).sending(MESSAGE, at(0)), atBroker(MESSAGE, Presence.CONNECTED, 1));
    assertEquals(state, changed(sent, reported(status, 2, 20)).state());
    assertEquals(state, changed(delivered(terms()), reported(status, 3, 20)).state());
  }

  @Test
  void aStatusThatMeansNothingIsMalformed() {
    assertEquals(new Ignored(Why.MALFORMED), queued(terms()).apply(reported(302, 1, 20)));
  }

  @Test
  void whoSaysNothingMoreInItsTimeIsTimedOut() {
    var begun = changed(queued(terms()), reported(202, 1, 20));
    assertEquals(Optional.of(at(20)), begun.nextTimer());
    assertEquals(State.ACCEPTED, begun.at(at(19)).state());
    var late = begun.at(at(20));
    assertEquals(State.TIMED_OUT, late.state());
    assertEquals(Reason.NOT_FINISHED, late.reason());
  }

  @Test
  void eachWordGivesTheDeviceNewTimeAlsoPastTheTimeToLive() {
    var command = changed(queued(terms()), reported(202, 50, 59));
    command = changed(command, reported(202, 58, 100));
    assertEquals(State.ACCEPTED, command.at(at(99)).state());
    assertEquals(State.TIMED_OUT, command.at(at(100)).state());
  }

  @Test
  void whatItMayHaveBegunIsNotJudgedBeforeAllIsHeard() {
    var plan =
        DeviceQueue.look(
            List.of(command(1)), Presence.ABSENT, it -> true, at(60), at(59), () -> null);
    assertFalse(plan.commands().getFirst().isFinished());
  }

  @Test
  void whatNobodyFetchesExpires() {
    assertEquals(State.EXPIRED, queued(terms()).at(at(60)).state());
  }

  @Test
  void aOneWayCommandThatIsFetchedEndsWithTheDevicesWord() {
    var begun = changed(queued(oneWay(1)), reported(202, 1, 20));
    assertFalse(begun.isFinished());
    assertEquals(State.SUCCEEDED, changed(begun, reported(200, 2, 20)).state());
    assertEquals(State.TIMED_OUT, begun.at(at(20)).state());
  }

  @Test
  void whatIsStillToBeSentIsNotSentAnyMore() {
    var sending = queued(terms()).sending(MESSAGE, at(0));
    var begun = changed(sending, reported(202, 1, 20));
    assertNull(begun.attempt());
    assertFalse(begun.wantsSending(at(1), at(1)));
    assertFalse(begun.holdsUp());
    assertEquals(new Ignored(Why.DUPLICATE), begun.apply(atBroker(MESSAGE, Presence.CONNECTED, 2)));
  }

  @Test
  void whatItBeganIsCalledOffAsSent() {
    var begun = changed(queued(terms()), reported(202, 1, 20));
    var cancelled = changed(begun, new Happening.Cancelled(null, at(2)));
    assertEquals(Reason.AFTER_SENDING, cancelled.reason());
    var before = changed(queued(terms()), new Happening.Cancelled(null, at(2)));
    assertEquals(Reason.BEFORE_SENDING, before.reason());
  }

  @Test
  void anAnswerToTheCommandEndsItAsWell() {
    var begun = changed(queued(terms()), reported(202, 1, 20));
    assertEquals(State.SUCCEEDED, changed(begun, answer(200, 2)).state());
  }

  @Test
  void whatIsFetchedIsNotSentAndHoldsNothingUp() {
    var fetched = command(1);
    var sent = command(2);
    var plan = look(List.of(fetched, sent), Presence.CONNECTED, 0);
    assertEquals(List.of(2L), plan.sent().stream().map(Command::key).toList());
    assertEquals(State.QUEUED, plan.commands().getFirst().state());
    assertEquals(0, plan.commands().getFirst().attempts());
  }

  @Test
  void whatIsFetchedIsHeldUpByNothing() {
    // The first waits for its delivery; what is looked at next is not sent either way.
    var plan = look(List.of(command(2), command(1)), Presence.CONNECTED, 0);
    assertEquals(List.of(2L), plan.sent().stream().map(Command::key).toList());
  }

  @Test
  void whatIsFetchedEndsByItsTimeAll() {
    var plan = look(List.of(command(1)), Presence.ABSENT, 0);
    assertEquals(Optional.of(at(60)), plan.lookAt());
    assertTrue(look(List.of(command(1)), Presence.ABSENT, 60).commands().getFirst().isFinished());
    var begun = changed(command(1), reported(202, 1, 20));
    assertEquals(Optional.of(at(20)), look(List.of(begun), Presence.CONNECTED, 2).lookAt());
  }

  /** That with key 1 is fetched. */
  private static DeviceQueue.Plan look(List<Command> commands, Presence presence, int second) {
    return DeviceQueue.look(
        commands,
        presence,
        it -> it.key() == 1,
        at(second),
        at(second),
        () -> new UUID(1, second + 1));
  }

  private static Command command(long key) {
    return Command.queued(key, new UUID(7, key), "reboot", terms(), at(0));
  }

  private static Happening reported(int status, int second, int respondBy) {
    return new Happening.Reported(new Answer(status, null, new byte[0], at(second)), at(respondBy));
  }
}
