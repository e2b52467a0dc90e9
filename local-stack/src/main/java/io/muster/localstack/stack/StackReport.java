package io.muster.localstack.stack;

import io.muster.localstack.terminal.Terminal;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells the user and the run folder what happens to the processes. Safe for several threads. */
final class StackReport implements ChildEvents {
  private final Terminal terminal;
  private final RunFolder run;
  private final Map<String, Long> startedNanos = new HashMap<>();
  private final Set<String> troubled = new HashSet<>();
  private boolean unwritable;

  StackReport(Terminal terminal, RunFolder run) {
    this.terminal = terminal;
    this.run = run;
  }

  @Override
  public synchronized void changed(ProcessRecord record) {
    switch (record.state()) {
      case STARTING -> {
        startedNanos.putIfAbsent(record.name(), System.nanoTime());
        terminal.draw("  … " + record.name());
      }
      case READY -> ready(record);
      case NOT_READY -> notReady(record);
      case CRASHED, UNSUPERVISED, STOPPING -> {}
      case STOPPED -> terminal.line("  " + column("stopped", record.name()));
    }
    note(record);
  }

  /** The disk may be full; then other commands know less, and everything runs on. */
  private void note(ProcessRecord record) {
    try {
      if (record.state() == ProcessState.STOPPED) {
        run.remove(record.name());
      } else {
        run.write(record);
      }
      unwritable = false;
    } catch (UncheckedIOException e) {
      if (!unwritable) {
        terminal.line(
            "%s %s; ./muster status and down do not see what runs"
                .formatted(terminal.bad("  !"), e.getMessage()));
      }
      unwritable = true;
    }
  }

  @Override
  public synchronized void crashed(
      ProcessRecord record, int exitCode, List<String> logTail, Duration restartIn) {
    troubled.add(record.name());
    startedNanos.remove(record.name());
    terminal.line(
        "%s %s ended unasked (exit code %d); starting it again in %.1f s. The end of its log:"
            .formatted(terminal.bad("  ✗"), record.name(), exitCode, restartIn.toMillis() / 1e3));
    logTail.forEach(line -> terminal.line(terminal.faint("    | " + line)));
  }

  private void ready(ProcessRecord record) {
    var began = startedNanos.remove(record.name());
    var again = troubled.remove(record.name());
    if (began != null) {
      var seconds = (System.nanoTime() - began) / 1e9;
      terminal.line(
          "%s %s %s  %s"
              .formatted(
                  terminal.good("  ✓"),
                  column(record.name(), again ? "ready again" : "ready"),
                  "%5.1f s".formatted(seconds),
                  record.address()));
    } else if (again) {
      terminal.line(terminal.good("  ✓") + " " + column(record.name(), "ready again"));
    }
  }

  private void notReady(ProcessRecord record) {
    if (troubled.add(record.name())) {
      terminal.line(
          "%s %s not ready: %s".formatted(terminal.bad("  !"), record.name(), record.detail()));
    }
  }

  private static String column(String first, String second) {
    return "%-10s %-11s".formatted(first, second);
  }
}
