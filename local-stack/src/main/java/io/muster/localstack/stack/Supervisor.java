package io.muster.localstack.stack;

import io.muster.localstack.UserMistake;
import io.muster.localstack.terminal.Terminal;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** The process that runs a stack, from its start until Ctrl-C, SIGTERM or {@code ./muster down}. */
final class Supervisor {
  private final StackSettings settings;
  private final Terminal terminal;
  private final RunFolder run;
  private final Stack stack;
  private volatile boolean stopping;

  Supervisor(StackSettings settings) {
    this.settings = settings;
    this.terminal = settings.around().terminal();
    this.run = new RunFolder(settings.around().home().run());
    this.stack = new Stack(settings, new StackReport(terminal, run));
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
      throw alreadyRunning(run.supervisor());
    }
    try (var held = lock.get()) {
      stopLeftOvers();
      PortCheck.requireFree(settings.portUsers(), settings.around().ports());
      runLocked(held);
    }
  }

  private void runLocked(StackLock held) {
    publish(ProcessState.STARTING);
    var hook = new Thread(() -> stopInOrder(held), "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try (var rotation = new LogRotation(settings.around().home().logs())) {
      rotation.start();
      stack.start();
      publish(ProcessState.READY);
      new Banner(settings).print(terminal);
      terminal.line(terminal.faint(howToStop()));
      awaitForever();
    } catch (RuntimeException e) {
      if (stopping) {
        awaitForever(); // the hook ends this process
      }
      Runtime.getRuntime().removeShutdownHook(hook);
      terminal.line();
      stack.stop();
      run.remove(RunFolder.SUPERVISOR);
      throw e;
    }
  }

  private static String howToStop() {
    return Boolean.getBoolean(DetachedSupervisor.DETACHED)
        ? "./muster down stops it."
        : "Ctrl-C or ./muster down stops it.";
  }

  /** In the shutdown hook: the JVM waits for it and nothing else runs any more. */
  private void stopInOrder(StackLock held) {
    stopping = true;
    publish(ProcessState.STOPPING);
    terminal.line();
    terminal.line("Stopping …");
    stack.stop();
    run.remove(RunFolder.SUPERVISOR);
    held.close();
    terminal.line("Stopped. Data is kept in " + settings.around().home().folder() + ".");
    Runtime.getRuntime().halt(0); // an orderly end is a success, also after a signal
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
    var self = ProcessHandle.current();
    run.write(
        new ProcessRecord(
            RunFolder.SUPERVISOR,
            self.pid(),
            self.info().startInstant().orElse(Instant.EPOCH),
            "http://127.0.0.1:" + settings.issuerPort(),
            state,
            ""));
  }

  private static UserMistake alreadyRunning(Optional<ProcessRecord> supervisor) {
    var pid = supervisor.map(record -> " (process " + record.pid() + ")").orElse("");
    return new UserMistake(
        "A stack is already running here"
            + pid
            + ". ./muster status shows it, ./muster down stops it.");
  }

  private static void awaitForever() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
