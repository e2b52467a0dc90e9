package io.muster.command.schedules;

import java.util.Locale;

/** Whether a schedule fires. */
enum ScheduleState {
  /** It fires when its time comes. */
  ACTIVE,
  /** Somebody stopped it; what falls into that time does not happen. */
  PAUSED,
  /** None of its times is to come. */
  FINISHED;

  /** As it is written in answers and stored. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@link #label()}.
   *
   * @throws IllegalArgumentException when it is none
   */
  static ScheduleState of(String label) {
    for (var state : values()) {
      if (state.label().equals(label)) {
        return state;
      }
    }
    throw new IllegalArgumentException("no state of a schedule: " + label);
  }
}
