package io.muster.firmware.actions;

import java.util.List;

/**
 * What a device says of an action (hawkBit's Direct Device Integration API, feedback).
 *
 * @param code the device's own number for it, or null
 * @param messages for people; bounded
 */
public record Feedback(
    Execution execution, Finished finished, Integer code, List<String> messages) {
  public Feedback {
    messages = List.copyOf(messages);
  }

  /** How far it is. Only {@code closed} ends an action. */
  public enum Execution {
    CLOSED,
    PROCEEDING,
    CANCELED,
    SCHEDULED,
    REJECTED,
    RESUMED,
    DOWNLOAD,
    DOWNLOADED
  }

  /** How it ended. */
  public enum Finished {
    SUCCESS,
    FAILURE,
    NONE
  }
}
