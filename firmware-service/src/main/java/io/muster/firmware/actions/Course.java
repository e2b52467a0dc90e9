package io.muster.firmware.actions;

/** What follows from what a device says. Pure. */
public final class Course {
  private Course() {}

  /** What becomes of an action. */
  public sealed interface Outcome {

    /** It is in this state from now on, or still. */
    record Now(ActionState state) implements Outcome {}

    /** The device leaves it for its window: nothing changes. */
    record Skipped() implements Outcome {}

    /** The device said so before, and its question was lost: nothing changes. */
    record Repeated() implements Outcome {}

    /** It says too much in a minute: nothing changes but the count. */
    record Flood() implements Outcome {}

    /** The action has ended; there is nothing to say to it. */
    record Gone() implements Outcome {}

    /** The device was not offered this. */
    record NotOffered() implements Outcome {}
  }

  /** Feedback to {@code deploymentBase}. An update that is through is through, cancelled or not. */
  public static Outcome deployment(ActionState state, Feedback feedback) {
    return switch (state) {
      case UNCONFIRMED -> new Outcome.NotOffered();
      case OPEN, CANCELLING ->
          feedback.isSkipped() ? new Outcome.Skipped() : new Outcome.Now(ended(feedback, state));
      case FINISHED, FAILED ->
          ended(feedback, null) == state ? new Outcome.Repeated() : new Outcome.Gone();
      case CANCELLED -> new Outcome.Gone();
    };
  }

  /** Feedback to {@code cancelAction}. A device may decline, and goes on then. */
  public static Outcome cancellation(ActionState state, Feedback feedback) {
    return switch (state) {
      case CANCELLING -> new Outcome.Now(cancelled(feedback));
      case CANCELLED -> cancelled(feedback) == state ? new Outcome.Repeated() : new Outcome.Gone();
      case FINISHED, FAILED -> new Outcome.Gone();
      case UNCONFIRMED, OPEN -> new Outcome.NotOffered();
    };
  }

  /** Somebody takes it back. What the device has not seen, it need not leave. */
  public static ActionState cancel(ActionState state, boolean isRetrieved) {
    return switch (state) {
      case UNCONFIRMED -> ActionState.CANCELLED;
      case OPEN -> isRetrieved ? ActionState.CANCELLING : ActionState.CANCELLED;
      case CANCELLING, FINISHED, FAILED, CANCELLED -> state;
    };
  }

  private static ActionState ended(Feedback feedback, ActionState otherwise) {
    if (feedback.execution() != Feedback.Execution.CLOSED) {
      return otherwise;
    }
    return feedback.finished() == Feedback.Finished.FAILURE
        ? ActionState.FAILED
        : ActionState.FINISHED;
  }

  private static ActionState cancelled(Feedback feedback) {
    return switch (feedback.execution()) {
      case CLOSED, CANCELED ->
          feedback.finished() == Feedback.Finished.FAILURE
              ? ActionState.OPEN
              : ActionState.CANCELLED;
      case REJECTED -> ActionState.OPEN;
      case PROCEEDING, SCHEDULED, RESUMED, DOWNLOAD, DOWNLOADED -> ActionState.CANCELLING;
    };
  }
}
