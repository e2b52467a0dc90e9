package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.TenantId;
import io.muster.windows.CronTime;
import io.muster.windows.Pace;
import io.muster.windows.Rate;
import io.muster.windows.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TurnTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final Window NIGHT =
      new Window(CronTime.of("0 2 * * *", "UTC"), Duration.ofHours(2));
  private static final GroupPlan ALL = new GroupPlan("all", new GroupPlan.Size.Rest(), 0.9, 0.1);
  private static final GroupCounts NOBODY = counts(0, 0, 0, 0);

  private Optional<Rate> rate = Optional.empty();
  private OptionalInt atOnce = OptionalInt.empty();
  private Optional<Window> window = Optional.empty();
  private Optional<Instant> startAt = Optional.empty();
  private boolean continuous;
  private boolean looking;
  private boolean grouped = true;
  private boolean suspended;
  private long busy;
  private int batch = 100;

  @Test
  void beforeItsTimeItWaits() {
    startAt = Optional.of(T0.plusSeconds(60));
    var turn = turn(RolloutState.SCHEDULED, T0, counts(5, 0, 0, 0));
    assertEquals(RolloutState.SCHEDULED, turn.state());
    assertEquals(Turn.START, turn.waitsFor());
    assertEquals(T0.plusSeconds(60), turn.dueAt());
    assertGives(0, turn);
  }

  @Test
  void whenItsTimeHasComeItRuns() {
    startAt = Optional.of(T0);
    var turn = turn(RolloutState.SCHEDULED, T0, NOBODY);
    assertEquals(RolloutState.RUNNING, turn.state());
    assertEquals(T0, turn.dueAt());
  }

  @Test
  void nobodyHasATurnBeforeAllAreFound() {
    grouped = false;
    looking = true;
    var turn = Turn.of(rollout(RolloutState.RUNNING), List.of(), sight(), T0);
    assertEquals(Turn.DEVICES, turn.waitsFor());
    assertEquals(T0, turn.dueAt());
    assertGives(0, turn);
  }

  @Test
  void allHaveTheirTurnAtOnceAsFarAsOneTransactionGoes() {
    var turn = turn(RolloutState.RUNNING, T0, counts(250, 0, 0, 0));
    assertGives(100, turn);
    assertEquals(T0, turn.dueAt());
    batch = 300;
    turn = turn(RolloutState.RUNNING, T0, counts(250, 0, 0, 0));
    assertGives(250, turn);
    assertEquals(Turn.UPDATES, turn.waitsFor());
    assertTrue(turn.dueAt().isAfter(T0));
  }

  @Test
  void theRateSaysHowMany() {
    rate = Optional.of(new Rate(60, Optional.empty()));
    var turn = turn(RolloutState.RUNNING, T0, counts(10, 0, 0, 0));
    assertGives(1, turn);
    assertEquals(Turn.RATE, turn.waitsFor());
    assertEquals(T0.plusSeconds(1), turn.dueAt());
    assertGives(3, turn(RolloutState.RUNNING, T0.plusSeconds(2), counts(10, 0, 0, 0)));
  }

  @Test
  void aRateThatBeginsSlowlyGrowsWithWhatWasGivenOrWithWhatWentWell() {
    rate = Optional.of(new Rate(6_000, Optional.of(new Rate.Ramp(60, 10, 5, Rate.Counted.DONE))));
    assertGives(2, turn(RolloutState.RUNNING, T0.plusSeconds(1), counts(50, 0, 4, 0)));
    assertGives(11, turn(RolloutState.RUNNING, T0.plusSeconds(1), counts(50, 0, 5, 0)));
  }

  @Test
  void roomForSoManyAtOnceIsKept() {
    atOnce = OptionalInt.of(8);
    busy = 5;
    var turn = turn(RolloutState.RUNNING, T0, counts(10, 6, 0, 0));
    assertGives(3, turn);
    assertEquals(Turn.AT_ONCE, turn.waitsFor());
    assertEquals(T0.plusSeconds(1), turn.dueAt());
    busy = 9;
    assertGives(0, turn(RolloutState.RUNNING, T0, counts(10, 9, 0, 0)));
  }

  @Test
  void groupsThatHaveBegunHaveTheirTurnInTheirOrder() {
    batch = 6;
    var groups =
        List.of(
            new Group(0, ALL, Group.State.SUCCEEDED, false),
            new Group(1, ALL, Group.State.RUNNING, false),
            new Group(2, ALL, Group.State.WAITING, false));
    var turn =
        Turn.of(
            rollout(RolloutState.RUNNING),
            groups,
            sight(counts(2, 0, 98, 0), counts(10, 0, 0, 0), counts(10, 0, 0, 0)),
            T0);
    assertEquals(List.of(new Turn.Share(0, 2), new Turn.Share(1, 4)), turn.shares());
  }

  @Test
  void outsideOfItsWindowNobodyBegins() {
    window = Optional.of(NIGHT);
    var turn = turn(RolloutState.RUNNING, T0, counts(10, 0, 0, 0));
    assertGives(0, turn);
    assertEquals(Turn.WINDOW, turn.waitsFor());
    assertEquals(Instant.parse("2026-01-06T02:00:00Z"), turn.dueAt());
    // Who has begun is looked after.
    assertEquals(T0.plusMillis(500), turn(RolloutState.RUNNING, T0, counts(10, 1, 0, 0)).dueAt());
    assertGives(
        10, turn(RolloutState.RUNNING, Instant.parse("2026-01-06T02:00:00Z"), counts(10, 0, 0, 0)));
  }

  @Test
  void itLooksWhenTheWindowClosesAndNotLater() {
    window = Optional.of(NIGHT);
    var last = Instant.parse("2026-01-06T03:59:59.900Z");
    var turn = turn(RolloutState.RUNNING, last, counts(0, 5, 0, 0));
    assertEquals(Instant.parse("2026-01-06T04:00:00Z"), turn.dueAt());
  }

  @Test
  void theThresholdsHoldAlsoOutsideOfTheWindow() {
    window = Optional.of(NIGHT);
    assertEquals(RolloutState.STOPPED, turn(RolloutState.RUNNING, T0, counts(5, 0, 0, 5)).state());
  }

  @Test
  void itIsFinishedWhenEverybodyIsThrough() {
    var turn = turn(RolloutState.RUNNING, T0, counts(0, 0, 9, 0));
    assertEquals(RolloutState.FINISHED, turn.state());
    assertNull(turn.dueAt());
  }

  @Test
  void itIsNotFinishedWhileSomebodyIsAtItOrLooksOrMayCome() {
    assertEquals(RolloutState.RUNNING, turn(RolloutState.RUNNING, T0, counts(0, 1, 9, 0)).state());
    looking = true;
    assertEquals(RolloutState.RUNNING, turn(RolloutState.RUNNING, T0, counts(0, 0, 9, 0)).state());
    looking = false;
    continuous = true;
    var turn = turn(RolloutState.RUNNING, T0, counts(0, 0, 9, 0));
    assertEquals(RolloutState.RUNNING, turn.state());
    assertNull(turn.dueAt());
  }

  @Test
  void itStopsAndLooksOnAfterWhoIsAtIt() {
    var turn = turn(RolloutState.RUNNING, T0, counts(5, 3, 0, 2));
    assertEquals(RolloutState.STOPPED, turn.state());
    assertEquals(Turn.ERROR_SHARE, turn.reason());
    assertGives(0, turn);
    assertEquals(T0, turn.dueAt());
    assertEquals(T0.plusMillis(500), turn(RolloutState.STOPPED, T0, counts(5, 3, 0, 2)).dueAt());
    assertNull(turn(RolloutState.STOPPED, T0, counts(5, 0, 3, 2)).dueAt());
  }

  @Test
  void whoWasLateIsLookedAfterNowAndThenUntilTheEnd() {
    var late = new GroupCounts(0, 0, 0, null, 0, 8, 2, 2, 0);
    var stopped = turn(RolloutState.STOPPED, T0, late);
    assertEquals(T0.plusSeconds(60), stopped.dueAt());
    assertNull(turn(RolloutState.CANCELLED, T0, late).dueAt());
    // As long as somebody is at it that one says when.
    var busy = new GroupCounts(0, 0, 0, null, 1, 8, 2, 2, 0);
    assertEquals(T0.plusMillis(500), turn(RolloutState.STOPPED, T0, busy).dueAt());
  }

  @Test
  void anotherAttemptIsWaitedFor() {
    var counts = new GroupCounts(1, 0, 0, T0.plusSeconds(3), 0, 0, 0, 0, 0);
    var turn = turn(RolloutState.RUNNING, T0.plusSeconds(1), counts);
    assertEquals(Turn.RETRY, turn.waitsFor());
    assertEquals(T0.plusSeconds(3), turn.dueAt());
  }

  @Test
  void aSuspendedTenantsDevicesGetNothing() {
    suspended = true;
    var turn = turn(RolloutState.RUNNING, T0, counts(10, 0, 0, 0));
    assertGives(0, turn);
    assertEquals(Turn.TENANT, turn.waitsFor());
    assertEquals(T0.plusSeconds(10), turn.dueAt());
  }

  @Test
  void whoIsAtItIsLookedAtLessAndLessOften() {
    var soon = turn(RolloutState.RUNNING, T0.plusSeconds(1), counts(0, 5, 0, 0)).dueAt();
    assertEquals(T0.plusMillis(1_500), soon);
    var later = turn(RolloutState.RUNNING, T0.plusSeconds(60), counts(0, 5, 0, 0)).dueAt();
    assertEquals(T0.plusSeconds(66), later);
    var longAfter = turn(RolloutState.RUNNING, T0.plusSeconds(6_000), counts(0, 5, 0, 0)).dueAt();
    assertEquals(T0.plusSeconds(6_010), longAfter);
  }

  @ParameterizedTest
  @EnumSource(
      value = RolloutState.class,
      names = {
        "WAITING_FOR_APPROVAL",
        "READY",
        "PAUSED",
        "STOPPED",
        "FINISHED",
        "CANCELLED",
        "REJECTED"
      })
  void inAllOtherStatesNobodyGetsAnything(RolloutState state) {
    var turn = turn(state, T0, counts(10, 0, 0, 0));
    assertEquals(state, turn.state());
    assertGives(0, turn);
    assertNull(turn.dueAt());
  }

  @ParameterizedTest
  @EnumSource(RolloutState.class)
  void statesAreReadAsTheyAreWritten(RolloutState state) {
    assertEquals(state, RolloutState.of(state.label()));
  }

  private static void assertGives(int devices, Turn turn) {
    assertEquals(devices, turn.shares().stream().mapToInt(Turn.Share::devices).sum());
  }

  private Turn turn(RolloutState state, Instant now, GroupCounts counts) {
    return Turn.of(
        rollout(state), List.of(new Group(0, ALL, Group.State.RUNNING, false)), sight(counts), now);
  }

  private Turn.Sight sight(GroupCounts... counts) {
    return new Turn.Sight(List.of(counts), busy, suspended, batch);
  }

  private Rollout rollout(RolloutState state) {
    var plan =
        new Plan(
            new Targets.Fitting("tag==lab"),
            continuous,
            List.of(ALL),
            rate,
            atOnce,
            RetryRule.NONE,
            Optional.empty(),
            window,
            startAt,
            false,
            true);
    return new Rollout(
        1,
        new UUID(1, 1),
        new TenantId("demo"),
        1L,
        null,
        plan,
        state,
        "pat",
        looking ? "" : null,
        null,
        grouped,
        0,
        T0,
        Pace.fresh(T0),
        false,
        false);
  }

  private static GroupCounts counts(long pending, long running, long finished, long failed) {
    return new GroupCounts(pending, pending, 0, null, running, finished, failed, 0, 0);
  }
}
