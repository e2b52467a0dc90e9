package io.muster.benchmarks.load;

/** A run that cannot be: the server is not there, or refuses a device. The message says which. */
public final class LoadException extends RuntimeException {
  public LoadException(String message) {
    super(message);
  }

  public LoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
