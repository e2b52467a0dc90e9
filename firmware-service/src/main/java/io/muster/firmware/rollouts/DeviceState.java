package io.muster.firmware.rollouts;

/** Where a device of a rollout stands, as in the table. */
final class DeviceState {
  /** Waits for its turn, the first or another one. */
  static final String PENDING = "pending";

  /** Has an action that has not ended. */
  static final String RUNNING = "running";

  /** Has it. */
  static final String FINISHED = "finished";

  /** Could not install it, each time. */
  static final String FAILED = "failed";

  /** Has seen its update and did not say in time how it ended, at its last attempt. */
  static final String OVERDUE = "overdue";

  /** Did not look at its update in time; it was taken back. */
  static final String UNREACHED = "unreached";

  /** Its action was taken back or replaced, or the rollout ended before its turn. */
  static final String CANCELLED = "cancelled";

  /** Of a type that the distribution does not fit. */
  static final String INCOMPATIBLE = "incompatible";

  /** The registry has no such device. */
  static final String UNKNOWN = "unknown";

  /** Was deleted before its turn. */
  static final String REMOVED = "removed";

  /** May not take part, and the rollout ended without it. */
  static final String DISABLED = "disabled";

  /** Of a way back: there is nothing before to go back to. */
  static final String NO_PREVIOUS = "no-previous";

  /** Of a way back: it has been given something else since. */
  static final String SUPERSEDED = "superseded";

  private DeviceState() {}
}
