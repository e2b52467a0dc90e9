package io.muster.outbox;

/** Another instance follows the log by now, perhaps from further on. */
public final class TurnLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TurnLostException(String log) {
    super("another instance follows the log of " + log, null, false, false);
  }
}
