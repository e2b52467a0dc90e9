package io.muster.firmware.rollouts;

import java.util.Arrays;

/** How far a rollout has come. */
enum RolloutState {
  /** A second person has to agree first. */
  WAITING_FOR_APPROVAL("waiting-for-approval"),
  /** Somebody has to start it. */
  READY("ready"),
  /** Its time to begin has not come. */
  SCHEDULED("scheduled"),
  /** Devices get it, as far as groups, rates and windows let them. */
  RUNNING("running"),
  /** Somebody stopped it for a while. */
  PAUSED("paused"),
  /** A group failed; somebody has to decide. */
  STOPPED("stopped"),
  /** Each group has succeeded. */
  FINISHED("finished"),
  /** Somebody called it off. */
  CANCELLED("cancelled"),
  /** The second person did not agree. */
  REJECTED("rejected");

  private final String label;

  RolloutState(String label) {
    this.label = label;
  }

  /** As in JSON and in the table. */
  String label() {
    return label;
  }

  /** Whether no device gets anything any more, unless somebody wants failed ones again. */
  boolean isFinal() {
    return switch (this) {
      case WAITING_FOR_APPROVAL, READY, SCHEDULED, RUNNING, PAUSED, STOPPED -> false;
      case FINISHED, CANCELLED, REJECTED -> true;
    };
  }

  /**
   * Reads a {@link #label()}.
   *
   * @throws IllegalArgumentException when it is none
   */
  static RolloutState of(String label) {
    return Arrays.stream(values())
        .filter(it -> it.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no state of a rollout: " + label));
  }
}
