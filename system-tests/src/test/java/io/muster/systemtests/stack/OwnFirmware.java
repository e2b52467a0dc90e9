package io.muster.systemtests.stack;

import static org.awaitility.Awaitility.await;

import io.muster.localstack.Checkout;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.ServiceProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One more firmware-service beside those of the stack, with settings of a test's own: it shares
 * their database and their artifacts. Nobody starts it again when it ends.
 */
public final class OwnFirmware implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);
  private static final List<String> MEMORY = List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC");

  private final RunningStack stack;
  private final String name;
  private final int port;
  private final Map<String, String> environment;
  private ChildProcess process;

  private OwnFirmware(RunningStack stack, String name, int port, Map<String, String> settings) {
    this.stack = stack;
    this.name = name;
    this.port = port;
    this.environment = new HashMap<>(standard());
    environment.putAll(settings);
    this.process = launch();
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param name unlike that of any other replica
   * @param port on the loopback address
   * @param settings in its environment, before those that all of the stack have
   */
  public static OwnFirmware start(
      RunningStack stack, String name, int port, Map<String, String> settings) {
    var own = new OwnFirmware(stack, name, port, settings);
    try {
      own.awaitReady();
      return own;
    } catch (RuntimeException | Error notReady) {
      own.close();
      throw notReady;
    }
  }

  private Map<String, String> standard() {
    var home = stack.muster().home();
    var secrets = home.resolve("secrets");
    var issuer = "http://127.0.0.1:" + stack.port(8086);
    return Map.ofEntries(
        Map.entry("MUSTER_DATABASE_URL", "postgresql://127.0.0.1:" + stack.port(5433) + "/muster"),
        Map.entry("MUSTER_DATABASE_USER", "muster_firmware"),
        Map.entry(
            "MUSTER_DATABASE_PASSWORD", RunningStack.read(secrets.resolve("database-firmware"))),
        Map.entry("MUSTER_BROKER_URL", "mqtt://127.0.0.1:" + stack.brokerPort()),
        Map.entry("MUSTER_SERVICE_TOKEN_FILE", secrets.resolve("tokens/firmware.token").toString()),
        Map.entry("MUSTER_PEOPLE_ISSUER", issuer + "/people"),
        Map.entry("MUSTER_SERVICE_ISSUER", issuer + "/services"),
        Map.entry("MUSTER_REGISTRY_URL", stack.registry()),
        Map.entry("MUSTER_INGEST_URL", stack.ingest(1)),
        Map.entry("MUSTER_FIRMWARE_ARTIFACTS_FOLDER", home.resolve("artifacts").toString()),
        Map.entry("MUSTER_FIRMWARE_MANIFEST_KEY_FILE", secrets.resolve("manifest.key").toString()));
  }

  private ChildProcess launch() {
    return ChildProcess.start(
        ServiceProcess.launch(
            Checkout.find(),
            "firmware-service",
            name,
            port,
            environment,
            MEMORY,
            stack.muster().home().resolve("logs").resolve(name + ".log")));
  }

  /** {@code http://…}. */
  public String url() {
    return "http://127.0.0.1:" + port;
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

  /** Starts it again, under the same name and port, and waits until it is ready. */
  public void startAgain() {
    process = launch();
    awaitReady();
  }

  @Override
  public void close() {
    process.close();
  }
}
