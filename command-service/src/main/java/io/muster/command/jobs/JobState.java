package io.muster.command.jobs;

import java.util.Locale;

/** How far a job has come. */
enum JobState {
  /** Its time to begin has not come. */
  SCHEDULED,
  /** It sends, as far as its rate and its windows let it. */
  RUNNING,
  /** Somebody stopped it for a while. */
  PAUSED,
  /** Each of its devices has had its turn and its command has ended. */
  COMPLETED,
  /** Too many devices failed. */
  ABORTED,
  /** Somebody called it off. */
  CANCELLED;

  /** Whether nothing is sent any more, unless somebody wants failed ones again. */
  boolean isFinal() {
    return switch (this) {
      case SCHEDULED, RUNNING, PAUSED -> false;
      case COMPLETED, ABORTED, CANCELLED -> true;
    };
  }

  /** As it is written in answers and stored. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@link #label()}.
   *
   * @throws IllegalArgumentException when it is none
   */
  static JobState of(String label) {
    for (var state : values()) {
      if (state.label().equals(label)) {
        return state;
      }
    }
    throw new IllegalArgumentException("no state of a job: " + label);
  }
}
