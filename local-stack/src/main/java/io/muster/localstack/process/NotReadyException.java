package io.muster.localstack.process;

import java.time.Duration;

/** A program did not become ready; the message holds the end of its log. */
public final class NotReadyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LINES = 15;

  private NotReadyException(String message) {
    super(message);
  }

  static NotReadyException ended(ChildProcess process) {
    return new NotReadyException(
        process.name()
            + " ended with exit code "
            + process.onExit().join()
            + " before it was ready."
            + tail(process));
  }

  static NotReadyException late(ChildProcess process, Duration patience, String missing) {
    return new NotReadyException(
        process.name()
            + " was not ready after "
            + patience.toSeconds()
            + " s: "
            + missing
            + "."
            + tail(process));
  }

  private static String tail(ChildProcess process) {
    var lines = process.logTail(LINES);
    return lines.isEmpty() ? "" : "\n  | " + String.join("\n  | ", lines);
  }
}
