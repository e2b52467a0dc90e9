package io.muster.localstack.process;

import io.muster.localstack.Checkout;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A Quarkus service as a process of its own, from {@code <module>/target/quarkus-app}. Safe for use
 * by several threads.
 */
public final class ServiceProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  private final Launch launch;
  private final int httpPort;
  private ChildProcess process;

  private ServiceProcess(Launch launch, int httpPort) {
    this.launch = launch;
    this.httpPort = httpPort;
    this.process = startReady();
  }

  /**
   * Starts it and waits until its readiness says yes.
   *
   * @param module such as {@code ingest-service}
   * @param httpPort on the loopback address
   * @param environment the rest of its configuration
   */
  public static ServiceProcess start(
      String module, int httpPort, Map<String, String> environment, List<String> memory, Path log) {
    return new ServiceProcess(
        launch(Checkout.find(), module, module, httpPort, environment, memory, log), httpPort);
  }

  /** How it is started. */
  public static Launch launch(
      Checkout checkout,
      String module,
      String name,
      int httpPort,
      Map<String, String> environment,
      List<String> memory,
      Path log) {
    var whole = new HashMap<>(environment);
    whole.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    whole.put("QUARKUS_HTTP_PORT", Integer.toString(httpPort));
    whole.putIfAbsent("MUSTER_REPLICA", name);
    return new Launch(
        name, JavaCommand.jar(checkout.quarkusJar(module), memory), whole, log, StopSignal.TERM);
  }

  /** Ready when Quarkus' readiness check says so. */
  public static Readiness readiness(int httpPort) {
    return Readiness.http(URI.create("http://127.0.0.1:" + httpPort + "/q/health/ready"));
  }

  /** {@code http://127.0.0.1:…}. */
  public String url() {
    return "http://127.0.0.1:" + httpPort;
  }

  public synchronized long pid() {
    return process.pid();
  }

  public synchronized boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns the process id it had. */
  public synchronized long kill() {
    return process.kill();
  }

  /** Ends it in an orderly way. */
  public synchronized void stop() {
    process.close();
  }

  /** Starts it again, after {@link #kill()} or {@link #stop()}, and waits until it is ready. */
  public synchronized void restart() {
    process.close();
    process = startReady();
  }

  /** The last lines of its log. */
  public synchronized List<String> logTail(int lines) {
    return process.logTail(lines);
  }

  @Override
  public void close() {
    stop();
  }

  private ChildProcess startReady() {
    var started = ChildProcess.start(launch);
    try {
      readiness(httpPort).await(started, READY_WITHIN);
      return started;
    } catch (NotReadyException e) {
      started.close();
      throw e;
    }
  }
}
