package io.muster.ingest.access;

/** The registry gave no answer that can be believed. */
final class RegistryAwayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegistryAwayException(String reason, Throwable cause) {
    // Common while the registry is away, and its place says nothing: no stack trace.
    super(reason, cause, false, false);
  }

  RegistryAwayException(String reason) {
    this(reason, null);
  }
}
