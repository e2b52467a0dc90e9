package io.muster.outbox;

/**
 * What is to be taken does not go on from the position that {@link EventFollower} has: it asks its
 * effects anew where to go on, after a pause.
 */
public final class PositionMovedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message why, for the log
   */
  public PositionMovedException(String message) {
    super(message, null, false, false);
  }
}
