package io.muster.command.life;

import static io.muster.command.life.CommandTest.T0;
import static io.muster.command.life.CommandTest.answer;
import static io.muster.command.life.CommandTest.at;
import static io.muster.command.life.CommandTest.atBroker;
import static io.muster.command.life.CommandTest.oneWay;
import static io.muster.command.life.CommandTest.retrying;
import static io.muster.command.life.CommandTest.terms;
import static io.muster.command.life.State.DELIVERED;
import static io.muster.command.life.State.EXPIRED;
import static io.muster.command.life.State.SENT;
import static io.muster.command.life.State.SUCCEEDED;
import static io.muster.command.life.State.TIMED_OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeviceQueueTest {
  private final AtomicLong ids = new AtomicLong();
  private List<Command> queue = new ArrayList<>();

  @Test
  void withNothingOpenNothingIsToBeDone() {
    assertEquals(
        new DeviceQueue.Plan(List.of(), List.of(), Optional.empty()), look(Presence.CONNECTED, 0));
  }

  @Test
  void anAbsentDeviceIsSentNothingAndIsLookedAtWhenTheFirstExpires() {
    add(terms(), terms());
    var plan = look(Presence.ABSENT, 0);
    assertEquals(List.of(), plan.sent());
    assertEquals(Optional.of(at(60)), plan.lookAt());
    assertTrue(look(Presence.ABSENT, 60).commands().stream().allMatch(Command::isFinished));
  }

  @Test
  void onlyTheFirstIsSentUntilItIsDelivered() {
    add(terms(), terms(), terms());
    assertEquals(keys(1), sent(look(Presence.CONNECTED, 0)));
    assertEquals(keys(), sent(look(Presence.CONNECTED, 0)));
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    assertEquals(keys(), sent(look(Presence.CONNECTED, 0)));
    happens(0, new Happening.Delivered(at(0)));
    assertEquals(keys(2), sent(look(Presence.CONNECTED, 0)));
  }

  @Test
  void whatIsNotDeliveredIsSentAgainAndNothingOvertakesIt() {
    add(terms(), terms());
    look(Presence.CONNECTED, 0);
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    var plan = look(Presence.CONNECTED, 0);
    assertEquals(keys(), sent(plan));
    assertEquals(Optional.of(at(1)), plan.lookAt());
    assertEquals(keys(1), sent(look(Presence.CONNECTED, 1)));
  }

  @Test
  void aMessageThatIsOnItsWayWhenTheDeviceComesBackIsReplacedAndNothingOvertakesIt() {
    add(terms(), terms());
    look(Presence.CONNECTED, 0);
    var before = message(0);
    happens(0, new Happening.DeviceIsBack(at(0)));
    happens(1, new Happening.DeviceIsBack(at(0)));
    assertEquals(keys(1), sent(look(Presence.CONNECTED, 0)));
    happens(0, atBroker(before, Presence.CONNECTED, 0));
    assertEquals(State.QUEUED, queue.getFirst().state());
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    assertEquals(SENT, queue.getFirst().state());
    assertEquals(keys(), sent(look(Presence.CONNECTED, 0)));
    happens(0, new Happening.Delivered(at(0)));
    assertEquals(keys(2), sent(look(Presence.CONNECTED, 0)));
  }

  @Test
  void behindACommandThatMayBeRetriedNothingIsSentUntilItIsAnswered() {
    add(retrying(1), terms());
    deliverFirst();
    assertEquals(keys(), sent(look(Presence.CONNECTED, 1)));
    // No answer: it is sent again, before the other.
    assertEquals(keys(), sent(look(Presence.CONNECTED, 10)));
    assertEquals(keys(1), sent(look(Presence.CONNECTED, 11)));
    happens(0, new Happening.Delivered(at(11)));
    assertEquals(keys(2), sent(look(Presence.CONNECTED, 11)));
  }

  @Test
  void anAcceptanceLetsTheNextOneGo() {
    add(retrying(1), terms());
    deliverFirst();
    happens(0, answer(202, 1));
    assertEquals(keys(2), sent(look(Presence.CONNECTED, 1)));
  }

  @Test
  void anEndLetsTheNextOneGoAtOnce() {
    add(terms(), terms());
    look(Presence.CONNECTED, 0);
    happens(0, new Happening.Cancelled(null, at(0)));
    assertEquals(keys(2), sent(look(Presence.CONNECTED, 0)));
  }

  @Test
  void whatExpiresMakesWayInTheSameLook() {
    add(terms(), terms());
    queue.set(1, Command.queued(2, new UUID(7, 8), "x", longer(), T0));
    look(Presence.CONNECTED, 0);
    assertEquals(keys(2), sent(look(Presence.CONNECTED, 60)));
  }

  @Test
  void oneWayCommandsFollowEachOther() {
    add(oneWay(0), oneWay(0));
    assertEquals(keys(1), sent(look(Presence.CONNECTED, 0)));
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    assertEquals(keys(2), sent(look(Presence.CONNECTED, 0)));
  }

  @Test
  void whenNobodyKnowsWhetherItIsThereItIsTriedWithPauses() {
    add(terms());
    assertEquals(keys(1), sent(look(Presence.UNKNOWN, 0)));
    happens(0, atBroker(message(0), Presence.UNKNOWN, 0));
    assertEquals(keys(), sent(look(Presence.UNKNOWN, 0)));
    assertEquals(keys(1), sent(look(Presence.UNKNOWN, 1)));
  }

  @Test
  void whetherItWasSilentIsJudgedAsOfWhenItWasHeard() {
    add(terms());
    deliverFirst();
    // Its answer may wait where nobody has read for two minutes.
    var plan = look(Presence.CONNECTED, 120, 9);
    assertEquals(DELIVERED, queue.getFirst().state());
    assertEquals(Optional.of(at(120).plusMillis(11_100)), plan.lookAt());
    var answered = queue.getFirst().apply(answer(200, 5));
    assertEquals(SUCCEEDED, ((Outcome.Changed) answered).command().state());
    look(Presence.CONNECTED, 121, 10);
    assertEquals(TIMED_OUT, queue.getFirst().state());
    assertEquals(at(10), queue.getFirst().since());
  }

  @Test
  void whetherItWasDeliveredIsJudgedLikewiseAndItIsNotSentAgain() {
    add(terms(), terms());
    look(Presence.CONNECTED, 0);
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    var plan = look(Presence.CONNECTED, 60, 59);
    // The second one was never sent: nobody can have said anything of it.
    assertEquals(List.of(SENT, EXPIRED), queue.stream().map(Command::state).toList());
    assertEquals(keys(), sent(plan));
    assertEquals(Optional.of(at(60).plusMillis(200)), plan.lookAt());
    look(Presence.CONNECTED, 61, 60);
    assertEquals(TIMED_OUT, queue.getFirst().state());
  }

  @Test
  void whatMayHaveArrivedIsNotSentAgainBeforeItIsKnown() {
    add(terms(), terms());
    look(Presence.CONNECTED, 0);
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    var plan = look(Presence.CONNECTED, 20, 0);
    assertEquals(keys(), sent(plan));
    assertEquals(Optional.of(at(22)), plan.lookAt());
    assertEquals(keys(1), sent(look(Presence.CONNECTED, 22, 1)));
  }

  @Test
  void whoComesBackIsSentWhatTheConnectionBeforeDidNotGetHoweverMuchIsToBeReadStill() {
    add(terms());
    look(Presence.CONNECTED, 0);
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    happens(0, new Happening.DeviceIsBack(at(0)));
    assertEquals(keys(1), sent(look(Presence.CONNECTED, 20, 0)));
  }

  @Test
  void whoHasMuchToReadIsNotDisturbedAllTheTime() {
    add(terms());
    deliverFirst();
    assertEquals(Optional.of(at(10_015)), look(Presence.CONNECTED, 10_000, 0).lookAt());
  }

  /** Whatever happens in whatever order, each command ends and none is sent before its time. */
  @Test
  void whateverHappensEveryCommandEndsAndTheOrderIsKept() {
    for (var seed = 0; seed < 2_000; seed++) {
      var random = new Random(seed);
      queue = new ArrayList<>();
      add(retrying(random.nextInt(3)), terms(), oneWay(random.nextInt(3)), retrying(1));
      var undelivered = 0;
      for (var second = 0;
          second < 400 && queue.stream().anyMatch(it -> !it.isFinished());
          second++) {
        var presence = Presence.values()[random.nextInt(3)];
        var before = queue;
        var plan = look(presence, second, Math.max(0, second - random.nextInt(30)));
        assertTrue(plan.lookAt().isPresent() || queue.stream().allMatch(Command::isFinished));
        assertTrue(plan.lookAt().filter(at(second)::isAfter).isEmpty(), "looked at all the time");
        for (var sent : plan.sent()) {
          for (var earlier : before) {
            if (earlier.key() < sent.key()) {
              assertTrue(!now(earlier).holdsUp(), "seed " + seed + ": " + sent.key() + " overtook");
            }
          }
        }
        var index = random.nextInt(queue.size());
        var command = queue.get(index);
        happens(index, anything(random, command, second));
        undelivered++;
      }
      assertTrue(undelivered < 400, "seed " + seed + " never ends: " + queue);
    }
  }

  private Command now(Command command) {
    return queue.stream().filter(it -> it.key() == command.key()).findFirst().orElseThrow();
  }

  private Happening anything(Random random, Command command, int second) {
    var message = command.attempt() == null ? new UUID(9, 9) : command.attempt().messageId();
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> atBroker(message, Presence.values()[random.nextInt(3)], second);
      case 3, 4 -> new Happening.Delivered(at(second));
      case 5 -> new Happening.NotPublished(message, at(second));
      case 6 -> new Happening.DeviceIsBack(at(second));
      default -> answer(200 + random.nextInt(4), second);
    };
  }

  private static Terms longer() {
    var terms = terms();
    return new Terms(
        false, 1, at(600), terms.responseTimeout(), 0, terms.minBackoff(), terms.maxBackoff());
  }

  private void deliverFirst() {
    look(Presence.CONNECTED, 0);
    happens(0, atBroker(message(0), Presence.CONNECTED, 0));
    happens(0, new Happening.Delivered(at(0)));
  }

  private void add(Terms... terms) {
    for (var one : terms) {
      var key = queue.size() + 1;
      queue.add(Command.queued(key, new UUID(7, key), "x", one, T0));
    }
  }

  private void happens(int index, Happening happening) {
    if (queue.get(index).apply(happening) instanceof Outcome.Changed it) {
      queue.set(index, it.command());
    }
  }

  private UUID message(int index) {
    return queue.get(index).attempt().messageId();
  }

  private DeviceQueue.Plan look(Presence presence, int second) {
    return look(presence, second, second);
  }

  private DeviceQueue.Plan look(Presence presence, int second, int judgedAt) {
    var plan =
        DeviceQueue.look(
            queue,
            presence,
            command -> false,
            at(second),
            at(judgedAt),
            () -> new UUID(1, ids.incrementAndGet()));
    queue = new ArrayList<>(plan.commands());
    return plan;
  }

  private static List<Long> sent(DeviceQueue.Plan plan) {
    return plan.sent().stream().map(Command::key).toList();
  }

  private static List<Long> keys(long... keys) {
    return java.util.Arrays.stream(keys).boxed().toList();
  }
}
