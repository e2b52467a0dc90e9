package io.muster.outbox;

/**
 * The broker answered that it will never take this message (not authorised, too large, malformed);
 * to try again is pointless. A publish function fails with it; any other failure counts as a broker
 * that is away.
 */
public final class RefusedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RefusedMessageException(String reason) {
    super(reason);
  }
}
