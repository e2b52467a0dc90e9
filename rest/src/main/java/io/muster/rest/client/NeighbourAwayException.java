package io.muster.rest.client;

/** A service that is asked gives no answer, or none that is one. */
public final class NeighbourAwayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NeighbourAwayException(String message) {
    super(message);
  }

  public NeighbourAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
