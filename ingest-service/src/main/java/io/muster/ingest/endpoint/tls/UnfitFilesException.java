package io.muster.ingest.endpoint.tls;

/** The server's certificate and key cannot be served; the message says which file and why. */
final class UnfitFilesException extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitFilesException(String message, Throwable cause) {
    super(message, cause);
  }

  UnfitFilesException(String message) {
    this(message, null);
  }
}
