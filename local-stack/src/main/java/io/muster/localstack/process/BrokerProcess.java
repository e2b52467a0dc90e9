package io.muster.localstack.process;

import io.muster.localstack.Checkout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The broker between the services as a process of its own, from {@code broker/target}. Safe for use
 * by several threads.
 */
public final class BrokerProcess implements AutoCloseable {
  /** Enough for what services say to each other; measured at 200–280 MB resident. */
  public static final List<String> MEMORY = List.of("-Xms48m", "-Xmx256m", "-XX:+UseSerialGC");

  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  private final Launch launch;
  private final int port;
  private ChildProcess process;

  private BrokerProcess(Launch launch, int port) {
    this.launch = launch;
    this.port = port;
    this.process = startReady();
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param folder for its data and its log; kept when it stops
   * @param port on the loopback address
   * @param serviceIssuer whose tokens it believes
   */
  public static BrokerProcess start(Path folder, int port, String serviceIssuer) {
    var launch =
        launch(
            Checkout.find(),
            folder.resolve("broker-data"),
            port,
            serviceIssuer,
            folder.resolve("broker.log"));
    return new BrokerProcess(launch, port);
  }

  /** How it is started, without health and metrics. */
  public static Launch launch(
      Checkout checkout, Path data, int port, String serviceIssuer, Path log) {
    return launch(checkout, data, port, 0, serviceIssuer, log);
  }

  /**
   * How it is started.
   *
   * @param httpPort of its health and metrics; 0 for none
   */
  public static Launch launch(
      Checkout checkout, Path data, int port, int httpPort, String serviceIssuer, Path log) {
    return new Launch(
        "broker",
        JavaCommand.main(checkout.classPath("broker"), "io.muster.broker.BrokerMain", MEMORY),
        Map.of(
            "MUSTER_BROKER_HOST",
            "127.0.0.1",
            "MUSTER_BROKER_PORT",
            Integer.toString(port),
            "MUSTER_BROKER_HTTP_PORT",
            Integer.toString(httpPort),
            "MUSTER_BROKER_DATA",
            data.toAbsolutePath().toString(),
            "MUSTER_SERVICE_ISSUER",
            serviceIssuer),
        log,
        StopSignal.TERM);
  }

  /** {@code mqtt://127.0.0.1:…}. */
  public String url() {
    return "mqtt://127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  public synchronized long pid() {
    return process.pid();
  }

  /** SIGKILL; returns the process id it had. */
  public synchronized long kill() {
    return process.kill();
  }

  /** Ends it in an orderly way. */
  public synchronized void stop() {
    process.close();
  }

  /** Starts it again on its data, after {@link #kill()} or {@link #stop()}. */
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
      Readiness.tcp(port).await(started, READY_WITHIN);
      return started;
    } catch (NotReadyException e) {
      started.close();
      throw e;
    }
  }
}
