package io.muster.benchmarks.stack;

/** The registry refused or is not there. */
public final class RegistryException extends RuntimeException {
  RegistryException(String message) {
    super(message);
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
