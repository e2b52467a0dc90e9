package io.muster.firmware.rollouts;

import java.util.Arrays;
import java.util.Locale;

/**
 * A group of a rollout and how far it has come.
 *
 * @param number from 0
 * @param isWaived whether its thresholds do not count any more
 */
record Group(int number, GroupPlan plan, State state, boolean isWaived) {

  /** How far it has come. */
  enum State {
    /** The groups before have not succeeded. */
    WAITING,
    /** Its devices have their turn. */
    RUNNING,
    /** Enough of its devices have it; others may still have their turn. */
    SUCCEEDED,
    /** It reached its threshold of errors, or ended without that of success. */
    FAILED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String label) {
      return Arrays.stream(values())
          .filter(it -> it.label().equals(label))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Whether its devices may have their turn. */
  boolean isStarted() {
    return state != State.WAITING;
  }

  Group in(State next) {
    return new Group(number, plan, next, isWaived);
  }
}
