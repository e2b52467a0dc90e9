package io.muster.command.aws;

import io.muster.command.life.Reason;
import io.muster.command.life.State;
import java.util.Optional;

/** The status of a job's execution as AWS IoT Jobs names it, and a command's state as one. */
enum ExecutionStatus {
  QUEUED(0),
  IN_PROGRESS(202),
  FAILED(500),
  SUCCEEDED(200),
  CANCELED(0),
  TIMED_OUT(0),
  REJECTED(400),
  REMOVED(0);

  private final int answer;

  ExecutionStatus(int answer) {
    this.answer = answer;
  }

  /**
   * @param finished whether the command has ended; a one-way one does before a final state
   */
  static ExecutionStatus of(State state, String reason, boolean finished) {
    return switch (state) {
      case QUEUED, SENT, DELIVERED -> finished ? SUCCEEDED : QUEUED;
      case ACCEPTED -> IN_PROGRESS;
      case SUCCEEDED -> SUCCEEDED;
      case FAILED -> FAILED;
      case REJECTED -> REJECTED;
      case EXPIRED, TIMED_OUT -> TIMED_OUT;
      case CANCELLED -> Reason.DEVICE_DELETED.equals(reason) ? REMOVED : CANCELED;
    };
  }

  /** By its name; empty when there is none such. */
  static Optional<ExecutionStatus> named(String name) {
    for (var status : values()) {
      if (status.name().equals(name)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  /** Whether nothing changes it any more. */
  boolean isTerminal() {
    return this != QUEUED && this != IN_PROGRESS;
  }

  /** Whether a device may say so; the others are the service's own word. */
  boolean isReportable() {
    return answer != 0;
  }

  /** The status of an answer to a command that says the same. */
  int answer() {
    if (!isReportable()) {
      throw new IllegalStateException("no device says " + this);
    }
    return answer;
  }
}
