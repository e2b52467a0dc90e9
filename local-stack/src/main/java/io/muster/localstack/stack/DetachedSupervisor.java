package io.muster.localstack.stack;

import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.JavaCommand;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.OnSignal;
import io.muster.localstack.process.StopSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** Starts a supervisor that outlives this command, and shows what it says until it is ready. */
final class DetachedSupervisor {
  /** A system property: nobody sits at the supervisor's terminal. */
  static final String DETACHED = "muster.detached";

  private static final String MAIN = "io.muster.localstack.Muster";
  private static final Duration READY_WITHIN = Duration.ofMinutes(6);
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(60);
  private static final int INTERRUPTED = 130; // as shells have it: 128 and SIGINT
  private static final List<String> MEMORY =
      List.of("-Xms16m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Surroundings around;
  private final StackOptions options;
  private final RunFolder run;

  DetachedSupervisor(Surroundings around, StackOptions options) {
    this.around = around;
    this.options = options;
    this.run = new RunFolder(around.home().run());
  }

  /**
   * Returns when the stack is ready.
   *
   * @throws UserMistake when one is running already, or it does not become ready
   */
  void start() {
    var home = around.home().create();
    // The running one's log is no place for what this command is told.
    if (StackLock.isTaken(home.run())) {
      throw Supervisor.alreadyRunning(run);
    }
    var log = new FollowedFile(around.home().log(RunFolder.SUPERVISOR));
    log.skipToEnd();
    var supervisor = ChildProcess.start(launch());
    var signal = OnSignal.end(() -> stop(supervisor));
    try {
      awaitReady(supervisor, log);
    } finally {
      signal.close();
    }
  }

  private static int stop(ChildProcess supervisor) {
    supervisor.stop(STOPPED_WITHIN);
    return INTERRUPTED;
  }

  private void awaitReady(ChildProcess supervisor, FollowedFile log) {
    var end = System.nanoTime() + READY_WITHIN.toNanos();
    while (!isReady(supervisor)) {
      if (supervisor.awaitEnd(LOOK_EVERY)) {
        log.newLines().forEach(around.terminal()::line);
        throw new UserMistake("The stack could not be started.");
      }
      if (System.nanoTime() > end) {
        supervisor.stop(STOPPED_WITHIN);
        throw new UserMistake(
            "The stack was not ready after " + READY_WITHIN.toMinutes() + " min.");
      }
      log.newLines().forEach(around.terminal()::line);
    }
    log.newLines().forEach(around.terminal()::line);
  }

  private boolean isReady(ChildProcess supervisor) {
    return run.supervisor()
        .filter(record -> record.pid() == supervisor.pid())
        .filter(record -> record.state() == ProcessState.READY)
        .isPresent();
  }

  private Launch launch() {
    var command =
        new ArrayList<>(
            JavaCommand.main(System.getProperty("java.class.path"), MAIN, virtualMachine()));
    command.add("up");
    command.addAll(options.publicArguments());
    var environment = new HashMap<String, String>();
    Optional.ofNullable(options.databaseUrl)
        .ifPresent(url -> environment.put(StackOptions.DATABASE_VARIABLE, url));
    return new Launch(
        RunFolder.SUPERVISOR,
        command,
        environment,
        around.home().log(RunFolder.SUPERVISOR),
        StopSignal.TERM);
  }

  private List<String> virtualMachine() {
    var options = new ArrayList<>(MEMORY);
    options.add("-Dmuster.root=" + around.checkout().root());
    options.add("-D" + DETACHED + "=true");
    return options;
  }
}
