package io.muster.systemtests.stack;

import static org.awaitility.Awaitility.await;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.TestDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The stack under test, started as users do with {@code ./muster up --detach}, with two replicas of
 * each service. Safe for several threads.
 */
public final class RunningStack implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(4);
  private static final Duration READY = Duration.ofMinutes(4);
  private static final Duration STOP = Duration.ofMinutes(3);
  private static final int REPLICA_STEP = 100;

  /** What a test would else wait for longest; all else is as users have it. */
  private static final Map<String, String> SOONER =
      Map.of(
          "MUSTER_INTAKE_COMMIT_TIMEOUT", "20S",
          "MUSTER_PRESENCE_INTERVAL", "1S",
          "MUSTER_PRESENCE_GRAIN", "1S",
          "MUSTER_REGISTRY_PRESENCE_INTERVAL", "1S",
          "MUSTER_REGISTRY_PRESENCE_LOOK_AGAIN_AFTER", "3S",
          "MUSTER_COMMAND_JOBS_LOOK_AGAIN_AFTER", "1S",
          "MUSTER_FIRMWARE_ROLLOUTS_LOOK_AGAIN_AFTER", "1S");

  private final MusterCommand muster;
  private final StackProcesses processes;
  private final Tokens tokens;
  private final Store store;
  private final Registrations registrations;
  private final Http http = new Http();
  private final SpanCollector spans = SpanCollector.start();
  private final Thread stopAtExit = new Thread(this::down, "stop-stack");

  private RunningStack(MusterCommand muster) {
    this.muster = muster;
    this.processes = new StackProcesses(muster);
    this.tokens = new Tokens(muster.home(), port(8086));
    this.store = new Store(muster.home(), port(5433));
    this.registrations = new Registrations(http, tokens, registry());
  }

  /**
   * Starts one with data of its own under {@code target/}.
   *
   * @throws AssertionError when it does not become ready; with what it said
   */
  public static RunningStack start() {
    var root = MusterCommand.findRoot();
    var when = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
    var home = root.resolve("system-tests").resolve("target").resolve("stack-" + when);
    var stack = new RunningStack(new MusterCommand(root, home, FreePorts.offset()));
    // Should the tests be interrupted, nothing may be left running.
    Runtime.getRuntime().addShutdownHook(stack.stopAtExit);
    var settings = new HashMap<>(SOONER);
    settings.putAll(stack.spans.settings());
    var up =
        stack.muster.run(
            START,
            settings,
            "up",
            "--detach",
            "--replicas",
            "ingest=2,registry=2,command=2,firmware=2");
    if (up.exitCode() != 0) {
      stack.close();
      throw new AssertionError("the stack did not start; logs in " + home + "\n" + up.output());
    }
    return stack;
  }

  public MusterCommand muster() {
    return muster;
  }

  public StackProcesses processes() {
    return processes;
  }

  public Tokens tokens() {
    return tokens;
  }

  public Store store() {
    return store;
  }

  public Http http() {
    return http;
  }

  /** Where all of its services send their spans. */
  public SpanCollector spans() {
    return spans;
  }

  /** {@code http://…} of the registry that the other services ask. */
  public String registry() {
    return registry(1);
  }

  /**
   * {@code http://…} of a registry.
   *
   * @param replica from 1
   */
  public String registry(int replica) {
    return "http://127.0.0.1:" + port(8081 + (replica - 1) * REPLICA_STEP);
  }

  /**
   * {@code http://…} of an ingest.
   *
   * @param replica from 1
   */
  public String ingest(int replica) {
    return "http://127.0.0.1:" + port(8082 + (replica - 1) * REPLICA_STEP);
  }

  /**
   * {@code http://…} of a command-service.
   *
   * @param replica from 1
   */
  public String command(int replica) {
    return "http://127.0.0.1:" + port(8083 + (replica - 1) * REPLICA_STEP);
  }

  /**
   * {@code http://…} of a firmware-service.
   *
   * @param replica from 1
   */
  public String firmware(int replica) {
    return "http://127.0.0.1:" + port(8084 + (replica - 1) * REPLICA_STEP);
  }

  /** {@code https://…} of the first firmware-service, for devices. */
  public String firmwareTls() {
    return "https://localhost:" + port(8444);
  }

  public Metrics firmwareMetrics() {
    return new Metrics(http, firmware(1));
  }

  public Metrics commandMetrics() {
    return commandMetrics(1);
  }

  public Metrics commandMetrics(int replica) {
    return new Metrics(http, command(replica));
  }

  public Metrics ingestMetrics(int replica) {
    return new Metrics(http, ingest(replica));
  }

  public Metrics registryMetrics() {
    return new Metrics(http, registry());
  }

  public Metrics brokerMetrics() {
    return new Metrics(http, "http://127.0.0.1:" + port(8085));
  }

  /**
   * After a disturbance of any process waits until each says that it is ready, and until what
   * services say to devices reaches both endpoints: for that their readiness does not wait.
   */
  void awaitReady() {
    if (!processes.areDisturbed()) {
      return;
    }
    var health =
        List.of(
            "http://127.0.0.1:" + port(8085) + "/q/health",
            registry() + "/q/health/ready",
            registry(2) + "/q/health/ready",
            ingest(1) + "/q/health/ready",
            ingest(2) + "/q/health/ready",
            command(1) + "/q/health/ready",
            command(2) + "/q/health/ready",
            firmware(1) + "/q/health/ready",
            firmware(2) + "/q/health/ready");
    await("all ready")
        .atMost(READY)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> health.stream().allMatch(url -> http.get(url, null).status() == 200));
    awaitDownlink(ingestMetrics(1));
    awaitDownlink(ingestMetrics(2));
    processes.settled();
  }

  /** Waits until an endpoint hears of the broker what is to be said to devices. */
  static void awaitDownlink(Metrics ingest) {
    await("the way from the broker to devices")
        .atMost(READY)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> ingest.sum("muster_mqtt_up", "channel=\"downlink\"") == 1);
  }

  /** Where devices connect to a replica, from 1. */
  public int endpointPort(int replica) {
    return port(1883 + (replica - 1) * REPLICA_STEP);
  }

  public int endpointTlsPort() {
    return port(8883);
  }

  public int endpointWebSocketPort() {
    return port(8000);
  }

  public int brokerPort() {
    return port(1884);
  }

  /** What clients of the endpoint are told to trust. */
  public Path authority() {
    return muster.home().resolve("tls").resolve("ca.crt");
  }

  /** What a process has written since the stack was started. */
  public String log(String process) {
    var file = muster.home().resolve("logs").resolve(process + ".log");
    try {
      // Who writes may be in the middle of a character.
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a process writes from now on. */
  public LogMark logFromNow(String process) {
    return new LogMark(this, process);
  }

  /** A tenant of its own, whose devices may send as fast as tests want. */
  public TenantId newTenant() {
    return registrations.newTenant();
  }

  /** A registered device with a secret. */
  public TestDevice newDevice(TenantId tenant, String name) {
    return registrations.newDevice(tenant, name);
  }

  /** Of the registry. */
  public String devices(TenantId tenant) {
    return registrations.devices(tenant);
  }

  /** Of the registry. */
  public String credentials(DeviceAddress device) {
    return registrations.credentials(device);
  }

  /** A port of this stack. */
  int port(int standard) {
    return standard + muster.portOffset();
  }

  @Override
  public void close() {
    down();
    spans.close();
    try {
      Runtime.getRuntime().removeShutdownHook(stopAtExit);
    } catch (IllegalStateException alreadyExiting) {
      // The hook does the same.
    }
  }

  private void down() {
    muster.run(STOP, "down");
  }

  static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
