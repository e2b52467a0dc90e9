package io.muster.mqtt;

/** A message was not given to the application because of {@code max-payload-size}. */
public final class PayloadTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PayloadTooLargeException(int payloadBytes, int allowedBytes) {
    super("payload of " + payloadBytes + " bytes, allowed are " + allowedBytes);
  }
}
