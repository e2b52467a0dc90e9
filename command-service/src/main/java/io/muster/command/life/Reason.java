package io.muster.command.life;

/** Why a command is in its state, where the state does not say it; public contract. */
public final class Reason {
  /** Its device was not there before its time to live had passed. */
  public static final String NOT_SENT = "not-sent";

  /**
   * It was handed over, and nobody told of its sending before its time to live had passed: the
   * device may have had it.
   */
  public static final String MAYBE_SENT = "maybe-sent";

  /** It was sent, and nobody told of its delivery before its time to live had passed. */
  public static final String NOT_DELIVERED = "not-delivered";

  /** The device has it and did not answer in time. */
  public static final String NO_ANSWER = "no-answer";

  /** The device was at work and did not finish in time. */
  public static final String NOT_FINISHED = "not-finished";

  /** It was called off before it was sent. */
  public static final String BEFORE_SENDING = "before-sending";

  /** It was called off when the device may have had it. */
  public static final String AFTER_SENDING = "after-sending";

  /** There is no such device any more. */
  public static final String DEVICE_DELETED = "device-deleted";

  private Reason() {}
}
