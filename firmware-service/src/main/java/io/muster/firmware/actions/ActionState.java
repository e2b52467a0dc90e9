package io.muster.firmware.actions;

import java.util.Arrays;

/** Where an action stands. */
public enum ActionState {
  /** The device, or somebody for it, has to agree first. */
  UNCONFIRMED("unconfirmed"),
  /** The device gets it when it asks, and works on it. */
  OPEN("open"),
  /** The device has seen it and is asked to leave it. */
  CANCELLING("cancelling"),
  /** The device has installed it. */
  FINISHED("finished"),
  /** The device could not install it. */
  FAILED("failed"),
  /** Taken back, refused by the device, or replaced by a later one. */
  CANCELLED("cancelled");

  private final String label;

  ActionState(String label) {
    this.label = label;
  }

  /** As in JSON and in the table. */
  public String label() {
    return label;
  }

  /** Whether nothing follows. */
  public boolean isEnded() {
    return switch (this) {
      case UNCONFIRMED, OPEN, CANCELLING -> false;
      case FINISHED, FAILED, CANCELLED -> true;
    };
  }

  /**
   * The resource of hawkBit's device API that tells of it.
   *
   * @throws IllegalStateException when it has ended: then none does
   */
  public String resource() {
    return switch (this) {
      case UNCONFIRMED -> "confirmationBase";
      case OPEN -> "deploymentBase";
      case CANCELLING -> "cancelAction";
      case FINISHED, FAILED, CANCELLED -> throw new IllegalStateException("nothing waits");
    };
  }

  /** The state of a label in the table. */
  public static ActionState of(String label) {
    return Arrays.stream(values()).filter(it -> it.label.equals(label)).findFirst().orElseThrow();
  }
}
