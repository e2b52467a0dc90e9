package io.muster.localstack.process;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends the signals that Java's own API does not know. */
final class Signals {
  private Signals() {}

  /** Sends the signal; a process that is gone by now is nobody's fault. */
  static void send(StopSignal signal, long pid) {
    var kill =
        "kill -" + signal.name() + " \"$1\""; // the shell's own: a small machine has no other
    try {
      new ProcessBuilder("sh", "-c", kill, "sh", Long.toString(pid))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal process " + pid, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
