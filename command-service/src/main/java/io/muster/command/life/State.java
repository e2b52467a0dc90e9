package io.muster.command.life;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * How far a command has come. It only ever goes on, never back; {@link #mayBecome} is all there is.
 */
public enum State {
  /** It waits: for its device, or for those before it. */
  QUEUED,
  /** The broker has it while its device is connected. */
  SENT,
  /** The device's MQTT client has it. */
  DELIVERED,
  /** The device says that it is at work. */
  ACCEPTED,
  /** The device says that it has done it. */
  SUCCEEDED,
  /** The device says that it tried in vain. */
  FAILED,
  /** The device says that it will not. */
  REJECTED,
  /** Its time to live passed before it was known to be sent. */
  EXPIRED,
  /** No final answer came in time. */
  TIMED_OUT,
  /** Somebody called it off. */
  CANCELLED;

  private static final Set<State> FINAL =
      EnumSet.of(SUCCEEDED, FAILED, REJECTED, EXPIRED, TIMED_OUT, CANCELLED);

  /** Whether nothing changes it any more. A one-way command may end before. */
  public boolean isFinal() {
    return FINAL.contains(this);
  }

  /**
   * Whether that may come next. A device's own word may overtake what broker and endpoint say, so
   * states between may be left out.
   */
  public boolean mayBecome(State next) {
    return switch (this) {
      case QUEUED -> next != QUEUED && next != TIMED_OUT;
      case SENT -> next.compareTo(SENT) > 0 && next != EXPIRED;
      case DELIVERED -> next.compareTo(DELIVERED) > 0 && next != EXPIRED;
      case ACCEPTED -> next.compareTo(ACCEPTED) > 0 && next != EXPIRED;
      case SUCCEEDED, FAILED, REJECTED, EXPIRED, TIMED_OUT, CANCELLED -> false;
    };
  }

  /** As it is written in answers and stored: {@code timed-out}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads a {@link #label()}.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static State of(String label) {
    for (var state : values()) {
      if (state.label().equals(label)) {
        return state;
      }
    }
    throw new IllegalArgumentException("no state: " + label);
  }
}
