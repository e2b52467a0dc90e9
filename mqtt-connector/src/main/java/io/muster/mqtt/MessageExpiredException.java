package io.muster.mqtt;

/** A message waited for the broker for longer than its expiry, and was not sent. */
public final class MessageExpiredException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MessageExpiredException(String topic) {
    super("a message to " + topic + " expired before it could be sent");
  }
}
