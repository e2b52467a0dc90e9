package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** command-service of a benchmark's stack, which may be made to stand still. Not thread-safe. */
public final class CommandProcess {
  /** As {@code ./muster up} has it. */
  static final List<String> JVM = List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC");

  private final int httpPort = FreePort.any();
  private final ChildProcess process;

  /**
   * Starts it and waits until it is ready.
   *
   * @param environment its configuration, without ports
   */
  CommandProcess(BenchmarkStack stack, Map<String, String> environment) {
    process =
        stack.started(
            stack.launch("command-service", httpPort, environment, JVM),
            ServiceProcess.readiness(httpPort));
  }

  /** {@code http://…}. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + httpPort);
  }

  public ObservedProcess observed() {
    return new ObservedProcess("command-service", process.pid(), Family.ALONE);
  }

  /** SIGSTOP: it is there and does nothing, and is as warm as before when it goes on. */
  public void freeze() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("sh", "-c", "kill -" + name + " \"$1\"", "sh", pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal process " + pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String pid() {
    return Long.toString(process.pid());
  }
}
