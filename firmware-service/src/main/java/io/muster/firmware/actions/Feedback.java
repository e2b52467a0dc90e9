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
  private static final String SKIPPED = "Skipped Update.";

  public Feedback {
    messages = List.copyOf(messages);
  }

  /**
   * SWUpdate was told to wait for its window: it says that it has ended well what it has not begun
   * ({@code server_install_update} in its {@code server_hawkbit.c}).
   */
  boolean isSkipped() {
    return execution == Execution.CLOSED
        && finished == Finished.SUCCESS
        && messages.equals(List.of(SKIPPED));
  }

  /** Whether the device is installing it, and not only fetching it. */
  boolean isAtIt() {
    return execution == Execution.PROCEEDING || execution == Execution.RESUMED;
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
