package io.muster.firmware.actions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.firmware.actions.Course.Outcome;
import io.muster.firmware.actions.Feedback.Execution;
import io.muster.firmware.actions.Feedback.Finished;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CourseTest {
  private static final Feedback SUCCESS = said(Execution.CLOSED, Finished.SUCCESS);
  private static final Feedback FAILURE = said(Execution.CLOSED, Finished.FAILURE);

  @ParameterizedTest
  @EnumSource(value = Execution.class, mode = EnumSource.Mode.EXCLUDE, names = "CLOSED")
  void onlyClosedEndsAnUpdate(Execution execution) {
    for (var finished : Finished.values()) {
      assertEquals(
          new Outcome.Now(ActionState.OPEN),
          Course.deployment(ActionState.OPEN, said(execution, finished)));
    }
  }

  @Test
  void closedSaysHowItEnded() {
    assertEquals(
        new Outcome.Now(ActionState.FINISHED), Course.deployment(ActionState.OPEN, SUCCESS));
    assertEquals(new Outcome.Now(ActionState.FAILED), Course.deployment(ActionState.OPEN, FAILURE));
  }

  /** SWUpdate's words when {@code update} is {@code skip}. */
  @Test
  void whoLeavesAnUpdateForItsWindowHasNotInstalledIt() {
    var skipped =
        new Feedback(Execution.CLOSED, Finished.SUCCESS, null, List.of("Skipped Update."));
    assertEquals(new Outcome.Skipped(), Course.deployment(ActionState.OPEN, skipped));
    assertEquals(new Outcome.Skipped(), Course.deployment(ActionState.CANCELLING, skipped));
    var installed =
        new Feedback(Execution.CLOSED, Finished.SUCCESS, null, List.of("Skipped Update.", "1.0"));
    assertEquals(
        new Outcome.Now(ActionState.FINISHED), Course.deployment(ActionState.OPEN, installed));
  }

  @Test
  void anUpdateThatIsThroughIsThroughAlsoWhenItIsCalledOff() {
    assertEquals(
        new Outcome.Now(ActionState.FINISHED), Course.deployment(ActionState.CANCELLING, SUCCESS));
  }

  @Test
  void theSameEndToldAgainIsNoErrorAnotherOneIs() {
    assertEquals(new Outcome.Repeated(), Course.deployment(ActionState.FINISHED, SUCCESS));
    assertEquals(new Outcome.Gone(), Course.deployment(ActionState.FINISHED, FAILURE));
    assertEquals(new Outcome.Gone(), Course.deployment(ActionState.CANCELLED, SUCCESS));
  }

  @Test
  void whatIsNotConfirmedIsNotInstalled() {
    assertEquals(new Outcome.NotOffered(), Course.deployment(ActionState.UNCONFIRMED, SUCCESS));
  }

  @Test
  void aCancellationIsAcceptedWithClosedAndDeclinedWithRejectedOrFailure() {
    assertEquals(
        new Outcome.Now(ActionState.CANCELLED),
        Course.cancellation(ActionState.CANCELLING, SUCCESS));
    assertEquals(
        new Outcome.Now(ActionState.OPEN), Course.cancellation(ActionState.CANCELLING, FAILURE));
    assertEquals(
        new Outcome.Now(ActionState.OPEN),
        Course.cancellation(ActionState.CANCELLING, said(Execution.REJECTED, Finished.NONE)));
    assertEquals(
        new Outcome.Now(ActionState.CANCELLING),
        Course.cancellation(ActionState.CANCELLING, said(Execution.PROCEEDING, Finished.NONE)));
  }

  @Test
  void nobodyAcceptsACancellationThatWasNotAskedFor() {
    assertEquals(new Outcome.NotOffered(), Course.cancellation(ActionState.OPEN, SUCCESS));
    assertEquals(new Outcome.Repeated(), Course.cancellation(ActionState.CANCELLED, SUCCESS));
    assertEquals(new Outcome.Gone(), Course.cancellation(ActionState.FINISHED, SUCCESS));
  }

  @Test
  void whatTheDeviceHasNotSeenIsCancelledAtOnce() {
    assertEquals(ActionState.CANCELLED, Course.cancel(ActionState.OPEN, false));
    assertEquals(ActionState.CANCELLING, Course.cancel(ActionState.OPEN, true));
    assertEquals(ActionState.CANCELLED, Course.cancel(ActionState.UNCONFIRMED, false));
    assertEquals(ActionState.FINISHED, Course.cancel(ActionState.FINISHED, true));
  }

  private static Feedback said(Execution execution, Finished finished) {
    return new Feedback(execution, finished, null, List.of());
  }
}
