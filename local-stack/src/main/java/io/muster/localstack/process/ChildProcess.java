package io.muster.localstack.process;

import io.muster.localstack.files.PrivateFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One run of a program: started, watched and ended by its process id. Safe for use by several
 * threads.
 */
public final class ChildProcess implements AutoCloseable {
  /** Secrets of this process: a database's administrator is no business of the services. */
  private static final Set<String> NOT_INHERITED = Set.of("MUSTER_DATABASE_ADMIN_URL");

  private static final Duration KILLED_WITHIN = Duration.ofSeconds(10);
  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(20);

  private final Launch launch;
  private final Process process;
  private final long logStart;

  private ChildProcess(Launch launch, Process process, long logStart) {
    this.launch = launch;
    this.process = process;
    this.logStart = logStart;
  }

  /**
   * Starts the program; it is not ready yet.
   *
   * @throws UncheckedIOException when it cannot be started
   */
  public static ChildProcess start(Launch launch) {
    try {
      PrivateFiles.folder(launch.log().toAbsolutePath().getParent());
      var logStart = Files.exists(launch.log()) ? Files.size(launch.log()) : 0;
      var builder = new ProcessBuilder(OwnSession.of(launch.command()));
      hand(launch, builder.environment());
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
      builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
      return new ChildProcess(launch, builder.start(), logStart);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + launch.name(), e);
    }
  }

  /**
   * @param environment what the program would inherit
   */
  static void hand(Launch launch, Map<String, String> environment) {
    environment.keySet().removeAll(NOT_INHERITED);
    environment.putAll(launch.environment());
  }

  public String name() {
    return launch.name();
  }

  public long pid() {
    return process.pid();
  }

  /** When the operating system says it was started; with the pid it names one process for ever. */
  public Instant startedAt() {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Completes with the exit code when the program has ended. */
  public CompletableFuture<Integer> onExit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /**
   * SIGKILL, as a power cut or the kernel's memory killer would; returns when the process and those
   * that it had started are gone.
   *
   * @return the process id it had
   */
  public long kill() {
    var family = process.descendants().toList();
    process.destroyForcibly();
    awaitEnd(KILLED_WITHIN);
    family.forEach(member -> awaitEnd(member, KILLED_WITHIN));
    return process.pid();
  }

  /**
   * Asks it to end and kills it when it has not within the given time.
   *
   * @return true when it ended by itself
   */
  public boolean stop(Duration patience) {
    if (process.isAlive()) {
      Signals.send(launch.stopSignal(), process.pid());
    }
    var ended = awaitEnd(patience);
    if (!ended) {
      kill();
    }
    return ended;
  }

  /** Waits until it has ended; false when it has not within the given time. */
  public boolean awaitEnd(Duration patience) {
    try {
      return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  /** The last lines that this run wrote. */
  public List<String> logTail(int lines) {
    return LogTail.last(launch.log(), logStart, lines);
  }

  @Override
  public void close() {
    stop(CLOSED_WITHIN);
  }

  private static void awaitEnd(ProcessHandle member, Duration patience) {
    try {
      member.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      member.destroyForcibly(); // a child that outlives its killed parent holds ports and files
    }
  }

  @Override
  public String toString() {
    return launch.name() + "[" + process.pid() + "]";
  }
}
