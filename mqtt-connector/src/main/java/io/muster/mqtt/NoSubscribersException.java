package io.muster.mqtt;

/** The broker accepted a message and dropped it, because nobody subscribes (reason code 0x10). */
public final class NoSubscribersException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoSubscribersException(String topic) {
    super("nobody subscribes to " + topic);
  }
}
