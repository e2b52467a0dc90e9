package io.muster.firmware.rollouts;

import static io.muster.firmware.rollouts.Group.State.FAILED;
import static io.muster.firmware.rollouts.Group.State.RUNNING;
import static io.muster.firmware.rollouts.Group.State.SUCCEEDED;
import static io.muster.firmware.rollouts.Group.State.WAITING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final GroupCounts FRESH = counts(10, 0, 0, 0);
  private static final GroupCounts FRESH_DONE = counts(0, 0, 10, 0);
  private static final GroupCounts ABSENT = new GroupCounts(0, 0, 0, null, 0, 0, 0, 0, 3);
  private static final GroupCounts EMPTY = counts(0, 0, 0, 0);

  @Test
  void theFirstBeginsAndTheOthersWait() {
    assertProgress(
        null,
        List.of(RUNNING, WAITING, WAITING),
        List.of(WAITING, WAITING, WAITING),
        FRESH,
        FRESH,
        FRESH);
  }

  @Test
  void theNextBeginsWhenOneHasSucceededThoughItIsNotThrough() {
    assertProgress(
        null, List.of(SUCCEEDED, RUNNING), List.of(RUNNING, WAITING), counts(0, 1, 9, 0), FRESH);
  }

  @Test
  void oneThatIsThroughWithTooFewStops() {
    assertProgress(
        Turn.SUCCESS_SHARE,
        List.of(FAILED, WAITING),
        List.of(RUNNING, WAITING),
        // With a threshold of errors that is not reached.
        List.of(new GroupPlan("g", new GroupPlan.Size.Rest(), 0.9, 0.5), plan()),
        counts(0, 0, 8, 2),
        FRESH);
  }

  @Test
  void oneThatFailsStopsThoughItIsNotThrough() {
    assertProgress(
        Turn.ERROR_SHARE,
        List.of(FAILED, WAITING),
        List.of(RUNNING, WAITING),
        counts(4, 5, 0, 1),
        FRESH);
  }

  @Test
  void failuresCountAlsoAfterItHasSucceeded() {
    assertProgress(
        Turn.ERROR_SHARE,
        List.of(FAILED, RUNNING),
        List.of(SUCCEEDED, RUNNING),
        counts(0, 0, 9, 1),
        FRESH);
  }

  @Test
  void whoIsWaivedIsPassedAndDoesNotStop() {
    var groups = List.of(new Group(0, plan(), FAILED, true), new Group(1, plan(), WAITING, false));
    var progress = Progress.of(groups, List.of(counts(0, 0, 0, 10), FRESH));
    assertNull(progress.reason());
    assertEquals(
        List.of(SUCCEEDED, RUNNING), progress.groups().stream().map(Group::state).toList());
  }

  @Test
  void oneThatFailedGoesOnWhenItsDevicesHaveAnotherTurn() {
    assertProgress(
        null, List.of(RUNNING, WAITING), List.of(FAILED, WAITING), counts(1, 0, 8, 0), FRESH);
  }

  @Test
  void groupsWithoutDevicesAreSkipped() {
    assertProgress(
        null,
        List.of(SUCCEEDED, SUCCEEDED, RUNNING),
        List.of(WAITING, WAITING, WAITING),
        EMPTY,
        EMPTY,
        FRESH);
  }

  @Test
  void aFirstGroupOfWhichNobodyTakesPartShowsNothing() {
    assertProgress(
        Turn.SUCCESS_SHARE, List.of(FAILED, WAITING), List.of(WAITING, WAITING), ABSENT, FRESH);
    // Who may yet have a turn is waited for.
    assertProgress(
        null,
        List.of(RUNNING, WAITING),
        List.of(RUNNING, WAITING),
        new GroupCounts(1, 0, 1, null, 0, 0, 0, 0, 2),
        FRESH);
  }

  @Test
  void whoWantsNoSuccessAndTheLastGroupNeedNotShowAnything() {
    assertProgress(
        null,
        List.of(SUCCEEDED, RUNNING),
        List.of(WAITING, WAITING),
        List.of(new GroupPlan("g", new GroupPlan.Size.Rest(), 0, 0.5), plan()),
        ABSENT,
        FRESH);
    assertProgress(
        null, List.of(SUCCEEDED, SUCCEEDED), List.of(SUCCEEDED, RUNNING), FRESH_DONE, ABSENT);
  }

  @Test
  void whoWaitsForAnotherAttemptIsNotThrough() {
    assertProgress(null, List.of(RUNNING), List.of(RUNNING), counts(1, 0, 8, 0));
  }

  @Test
  void allOfThemSucceed() {
    assertProgress(
        null,
        List.of(SUCCEEDED, SUCCEEDED),
        List.of(SUCCEEDED, RUNNING),
        counts(0, 0, 10, 0),
        counts(0, 0, 10, 0));
  }

  private static void assertProgress(
      String reason, List<Group.State> after, List<Group.State> before, GroupCounts... counts) {
    assertProgress(reason, after, before, before.stream().map(_ -> plan()).toList(), counts);
  }

  private static void assertProgress(
      String reason,
      List<Group.State> after,
      List<Group.State> before,
      List<GroupPlan> plans,
      GroupCounts... counts) {
    List<Group> groups = new ArrayList<>();
    for (var state : before) {
      groups.add(new Group(groups.size(), plans.get(groups.size()), state, false));
    }
    var progress = Progress.of(groups, List.of(counts));
    assertEquals(reason, progress.reason());
    assertEquals(after, progress.groups().stream().map(Group::state).toList());
  }

  private static GroupPlan plan() {
    return new GroupPlan("g", new GroupPlan.Size.Rest(), 0.9, 0.1);
  }

  private static GroupCounts counts(long pending, long running, long finished, long failed) {
    return new GroupCounts(pending, pending, 0, null, running, finished, failed, 0, 0);
  }
}
