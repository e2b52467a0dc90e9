package io.muster.systemtests.stack;

import static org.awaitility.Awaitility.await;

import io.muster.localstack.Checkout;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.ServiceProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One more replica of ingest beside those of the stack, with settings of a test's own. Nobody
 * starts it again when it ends. Safe for several threads.
 */
public final class OwnReplica implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);
  private static final List<String> MEMORY =
      List.of("-Xms64m", "-Xmx384m", "-XX:MaxDirectMemorySize=192m");

  private final RunningStack stack;
  private final String name;
  private final Map<String, String> environment;
  private final int httpPort = FreePort.any();
  private final int endpointPort = FreePort.any();
  private volatile ChildProcess process;

  private OwnReplica(RunningStack stack, String name, Map<String, String> settings) {
    this.stack = stack;
    this.name = name;
    this.environment = new HashMap<>(standard());
    environment.putAll(settings);
    this.process = launch();
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param name unlike that of any other replica
   * @param settings in its environment, before those that all of the stack have
   */
  public static OwnReplica start(RunningStack stack, String name, Map<String, String> settings) {
    var replica = new OwnReplica(stack, name, settings);
    try {
      replica.awaitReady();
      return replica;
    } catch (RuntimeException | Error notReady) {
      replica.close();
      throw notReady;
    }
  }

  private Map<String, String> standard() {
    var home = stack.muster().home();
    var secrets = home.resolve("secrets");
    var issuer = "http://127.0.0.1:" + stack.port(8086);
    return Map.ofEntries(
        Map.entry("MUSTER_DATABASE_URL", "postgresql://127.0.0.1:" + stack.port(5433) + "/muster"),
        Map.entry("MUSTER_DATABASE_USER", "muster_ingest"),
        Map.entry(
            "MUSTER_DATABASE_PASSWORD", RunningStack.read(secrets.resolve("database-ingest"))),
        Map.entry("MUSTER_BROKER_URL", "mqtt://127.0.0.1:" + stack.brokerPort()),
        Map.entry("MUSTER_SERVICE_TOKEN_FILE", secrets.resolve("tokens/ingest.token").toString()),
        Map.entry("MUSTER_PEOPLE_ISSUER", issuer + "/people"),
        Map.entry("MUSTER_SERVICE_ISSUER", issuer + "/services"),
        Map.entry("MUSTER_REGISTRY_URL", stack.registry()),
        Map.entry("MUSTER_ENDPOINT_HOST", "127.0.0.1"),
        Map.entry("MUSTER_ENDPOINT_PORT", Integer.toString(endpointPort)),
        Map.entry("MUSTER_ENDPOINT_TLS_PORT", "-1"),
        Map.entry("MUSTER_ENDPOINT_WEBSOCKET_PORT", "-1"),
        Map.entry("MUSTER_ENDPOINT_TLS_CERTIFICATE", home.resolve("tls/server.crt").toString()),
        Map.entry("MUSTER_ENDPOINT_TLS_KEY", home.resolve("tls/server.key").toString()));
  }

  private ChildProcess launch() {
    return ChildProcess.start(
        ServiceProcess.launch(
            Checkout.find(),
            "ingest-service",
            name,
            httpPort,
            environment,
            MEMORY,
            stack.muster().home().resolve("logs").resolve(name + ".log")));
  }

  /** Where devices connect, unless the settings say otherwise. */
  public int endpointPort() {
    return endpointPort;
  }

  /** {@code http://…}. */
  public String url() {
    return "http://127.0.0.1:" + httpPort;
  }

  public Metrics metrics() {
    return new Metrics(stack.http(), url());
  }

  private void awaitReady() {
    await("readiness of " + name)
        .atMost(START)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .failFast(
            name + " ended: " + stack.muster().home().resolve("logs"), () -> !process.isAlive())
        .until(() -> stack.http().get(url() + "/q/health/ready", null).status() == 200);
  }

  /** SIGKILL. */
  public void kill() {
    process.kill();
  }

  /** Starts it again, under the same name and ports, and waits until it is ready. */
  public void startAgain() {
    process = launch();
    awaitReady();
  }

  /**
   * SIGTERM.
   *
   * @return completes when the process has gone: whether by itself
   */
  public CompletableFuture<Boolean> terminate(Duration patience) {
    var ended = new CompletableFuture<Boolean>();
    Thread.ofVirtual().start(() -> ended.complete(process.stop(patience)));
    return ended;
  }

  @Override
  public void close() {
    process.close();
  }
}
