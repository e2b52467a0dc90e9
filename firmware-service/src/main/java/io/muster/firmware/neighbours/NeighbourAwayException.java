package io.muster.firmware.neighbours;

/** A service that is asked gives no answer, or none that is one. */
public final class NeighbourAwayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NeighbourAwayException(String message) {
    super(message);
  }

  NeighbourAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
