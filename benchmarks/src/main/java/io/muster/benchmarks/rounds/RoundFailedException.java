package io.muster.benchmarks.rounds;

/** A round whose figures would mislead; the message says why. */
public final class RoundFailedException extends RuntimeException {
  public RoundFailedException(String message) {
    super(message);
  }

  public RoundFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
