package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.ServiceProcess;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ingest-service of a benchmark's stack, which may be killed and started again. */
public final class IngestProcess implements AutoCloseable {
  private static final Duration GONE_WITHIN = Duration.ofSeconds(60);
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  private final BenchmarkStack stack;
  private final Launch launch;
  private final int httpPort = FreePort.any();
  private final int port = FreePort.any();
  private final int tlsPort = FreePort.any();
  private volatile ChildProcess process;

  /**
   * @param environment its configuration, without ports
   */
  IngestProcess(BenchmarkStack stack, Map<String, String> environment, List<String> jvm) {
    var whole = new HashMap<>(environment);
    whole.put("MUSTER_ENDPOINT_PORT", Integer.toString(port));
    whole.put("MUSTER_ENDPOINT_TLS_PORT", Integer.toString(tlsPort));
    this.stack = stack;
    this.launch = stack.launch("ingest-service", httpPort, whole, jvm);
  }

  void start() {
    process = stack.started(launch, ServiceProcess.readiness(httpPort));
  }

  /** SIGKILL, as the kernel's memory killer would. */
  public void kill() {
    process.kill();
  }

  /** Ends it unless it is dead, and starts it anew. */
  public void restart() {
    process.close();
    start();
  }

  /** Where devices connect, on the loopback address. */
  public int port() {
    return port;
  }

  /** Where they connect with TLS. */
  public int tlsPort() {
    return tlsPort;
  }

  /** {@code http://…}. */
  URI url() {
    return URI.create("http://127.0.0.1:" + httpPort);
  }

  /** What it tells of itself. */
  public Metrics metrics() {
    return new Metrics(httpPort);
  }

  /**
   * Waits until all clients are gone.
   *
   * @throws RoundFailedException when some stay
   */
  public void awaitNoConnections() throws InterruptedException {
    var end = System.nanoTime() + GONE_WITHIN.toNanos();
    var metrics = metrics();
    while (metrics.sum("muster_endpoint_connections") > 0) {
      if (System.nanoTime() > end) {
        throw new RoundFailedException("connections stay after their clients have gone");
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    }
  }

  public ObservedProcess observed() {
    return new ObservedProcess("ingest-service", process.pid(), Family.ALONE);
  }

  @Override
  public void close() {
    var last = process;
    if (last != null) {
      last.close();
    }
  }
}
