package io.muster.localstack.stack;

import io.muster.localstack.UserMistake;
import io.muster.localstack.process.OnSignal;
import io.muster.localstack.terminal.Terminal;
import java.io.UncheckedIOException;

/** The process that runs a stack, from its start until Ctrl-C, SIGTERM or {@code ./muster down}. */
final class Supervisor {
  private final StackSettings settings;
  private final Terminal terminal;
  private final RunFolder run;
  private final Stack stack;
  private final ProgramsInUse programs;

  Supervisor(StackSettings settings) {
    this.settings = settings;
    this.terminal = settings.around().terminal();
    this.run = new RunFolder(settings.around().home().run());
    this.stack = new Stack(settings, new StackReport(terminal, run));
    this.programs = new ProgramsInUse(settings.around().checkout(), settings.around().home());
  }

  /**
   * Runs the stack; returns only when it could not be started.
   *
   * @throws UserMistake when it could not be started; everything is stopped again by then
   */
  void run() {
    var home = settings.around().home().create();
    var lock = StackLock.take(home.run());
    if (lock.isEmpty()) {
      throw alreadyRunning(run);
    }
    try (var held = lock.get()) {
      stopLeftOvers();
      PortCheck.requireFree(settings.portUsers(), settings.around().ports());
      runLocked(held);
    }
  }

  private void runLocked(StackLock held) {
    publish(ProcessState.STARTING);
    programs.begin();
    var signal = OnSignal.end(() -> stopInOrder(held));
    try (var rotation = new LogRotation(settings.around().home().logs())) {
      rotation.start();
      stack.start();
      new Banner(settings).print(terminal);
      terminal.line(terminal.faint(howToStop()));
      // Last: who started this and waits for it shows what was said until then.
      publish(ProcessState.READY);
      OnSignal.awaitEnd();
    } catch (RuntimeException | Error e) {
      signal.close();
      terminal.line();
      stopAndForget();
      throw e;
    }
  }

  private static String howToStop() {
    return Boolean.getBoolean(DetachedSupervisor.DETACHED)
        ? "./muster down stops it."
        : "Ctrl-C or ./muster down stops it.";
  }

  /** In the shutdown hook: the JVM waits for it and nothing else runs any more. */
  private int stopInOrder(StackLock held) {
    terminal.line();
    terminal.line("Stopping …");
    tryTo(() -> publish(ProcessState.STOPPING));
    stopAndForget();
    held.close();
    terminal.line("Stopped. Data is kept in " + settings.around().home().folder() + ".");
    return 0; // an orderly end is a success, also after a signal
  }

  private void stopAndForget() {
    stack.stop();
    programs.end();
    tryTo(() -> run.remove(RunFolder.SUPERVISOR));
  }

  /** What is only told to others must not keep the processes from being stopped. */
  private void tryTo(Runnable telling) {
    try {
      telling.run();
    } catch (UncheckedIOException e) {
      terminal.line(terminal.bad("  ! ") + e.getMessage());
    }
  }

  private void stopLeftOvers() {
    var left = new LeftOvers(run).stop();
    if (!left.isEmpty()) {
      terminal.line(
          "Stopped what an earlier, killed stack had left running: "
              + String.join(", ", left.stream().map(ProcessRecord::name).toList()));
    }
  }

  private void publish(ProcessState state) {
    run.write(
        ProcessRecord.self(
            RunFolder.SUPERVISOR, "http://127.0.0.1:" + settings.issuerPort(), state, ""));
  }

  /** What a second one in the same folder is told. */
  static UserMistake alreadyRunning(RunFolder run) {
    var pid = run.supervisor().map(record -> " (process " + record.pid() + ")").orElse("");
    return new UserMistake(
        "A stack is already running here"
            + pid
            + ". ./muster status shows it, ./muster down stops it.");
  }
}
