package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.localstack.Checkout;
import io.muster.localstack.files.FileTree;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.PostgresSettings;
import io.muster.localstack.postgres.ServiceDatabase;
import io.muster.localstack.process.BrokerProcess;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.ServiceProcess;
import io.muster.localstack.tokens.LocalIssuer;
import io.muster.localstack.tokens.TokenFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * PostgreSQL, token issuers, broker, device-registry and ingest-service of a benchmark's own, as
 * processes on random ports; nothing of it outlives {@link #close}, which any thread may call at
 * any time.
 */
public final class BenchmarkStack implements AutoCloseable {
  private static final List<String> REGISTRY_JVM =
      List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC");
  private static final Duration READY_WITHIN = Duration.ofSeconds(90);
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(2);

  private final Teardown teardown = new Teardown();
  private final StackSettings settings;
  private final Checkout checkout = Checkout.find();
  private LocalPostgres postgres;
  private Map<String, ServiceDatabase> databases;
  private LocalIssuer issuer;
  private TokenFiles tokens;
  private ChildProcess broker;
  private String brokerUrl;
  private ChildProcess ingest;
  private URI registryUrl;
  private int endpointPort;

  /**
   * A stack that is not started yet. Its folder goes when it is closed, unless it is to be kept.
   */
  public BenchmarkStack(StackSettings settings) {
    this.settings = settings;
    if (!settings.keepHome()) {
      teardown.add(() -> FileTree.delete(settings.home()));
    }
  }

  /**
   * Starts all of it and waits until each part is ready.
   *
   * @throws io.muster.localstack.UserMistake when a module is not built
   * @throws io.muster.localstack.process.NotReadyException when a part does not become ready
   */
  public void start() {
    try {
      startDatabase();
      issuer = teardown.add(LocalIssuer.start(settings.home().resolve("keys"), 0));
      tokens = teardown.add(new TokenFiles());
      startBroker();
      startRegistry();
      startIngest();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startDatabase() {
    var folder = settings.home().resolve("postgres");
    postgres =
        teardown.add(
            LocalPostgres.prepared(
                new PostgresSettings(
                    folder.resolve("data"),
                    folder.resolve("secrets"),
                    settings.home().resolve("logs/postgres.log"),
                    checkout.root().resolve(".muster/programs"),
                    freePort(),
                    PostgresSettings.MAX_CONNECTIONS)));
    postgres.restart();
    databases = postgres.createServices();
  }

  private void startBroker() {
    var port = freePort();
    brokerUrl = "mqtt://127.0.0.1:" + port;
    var launch =
        BrokerProcess.launch(
            checkout,
            settings.home().resolve("broker"),
            port,
            issuer.serviceIssuer(),
            settings.home().resolve("logs/broker.log"));
    broker = started(launch, Readiness.tcp(port));
  }

  private void startRegistry() throws IOException {
    var port = freePort();
    registryUrl = URI.create("http://127.0.0.1:" + port);
    started(
        launch("device-registry", port, environment("registry"), REGISTRY_JVM),
        ServiceProcess.readiness(port));
  }

  private void startIngest() throws IOException {
    var port = freePort();
    endpointPort = freePort();
    var environment = environment("ingest");
    environment.put("MUSTER_REGISTRY_URL", registryUrl.toString());
    environment.put("MUSTER_ENDPOINT_HOST", "127.0.0.1");
    environment.put("MUSTER_ENDPOINT_PORT", Integer.toString(endpointPort));
    environment.put("MUSTER_ENDPOINT_TLS_PORT", "-1");
    environment.put("MUSTER_ENDPOINT_WEBSOCKET_PORT", "-1");
    environment.putAll(settings.ingestEnvironment());
    ingest =
        started(
            launch("ingest-service", port, environment, settings.ingestJvm()),
            ServiceProcess.readiness(port));
  }

  private Map<String, String> environment(String service) throws IOException {
    var tokenFile = settings.home().resolve("tokens").resolve(service);
    tokens.keepService(issuer, service, tokenFile);
    var database = databases.get(service);
    var environment = new HashMap<String, String>();
    environment.put("MUSTER_DATABASE_URL", database.url());
    environment.put("MUSTER_DATABASE_USER", database.user());
    environment.put("MUSTER_DATABASE_PASSWORD", database.password());
    environment.put("MUSTER_BROKER_URL", brokerUrl);
    environment.put("MUSTER_SERVICE_TOKEN_FILE", tokenFile.toAbsolutePath().toString());
    environment.put("MUSTER_PEOPLE_ISSUER", issuer.peopleIssuer());
    environment.put("MUSTER_SERVICE_ISSUER", issuer.serviceIssuer());
    return environment;
  }

  private Launch launch(
      String module, int port, Map<String, String> environment, List<String> jvm) {
    var log = settings.home().resolve("logs").resolve(module + ".log");
    return ServiceProcess.launch(checkout, module, module, port, environment, jvm, log);
  }

  /** Ctrl-C finds the process also while it is not ready yet. */
  private ChildProcess started(Launch launch, Readiness readiness) {
    var child = teardown.add(ChildProcess.start(launch));
    readiness.await(child, READY_WITHIN);
    return child;
  }

  /** Another client may take the port before the process does; then the process says so. */
  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client of the registry that may do anything. */
  public RegistryClient registry() {
    var token = issuer.mintPerson("benchmark", Set.of("admin"), Set.of("*"), TOKEN_LIFETIME);
    return new RegistryClient(registryUrl, token);
  }

  /** Where devices connect, on the loopback address. */
  public int endpointPort() {
    return endpointPort;
  }

  /** What ingest-service connects to the database with. */
  public ServiceDatabase ingestDatabase() {
    return databases.get("ingest");
  }

  /** A connection that may do anything in the services' database. */
  public Connection connectAsSuperuser() throws SQLException {
    return postgres.connectAsSuperuser();
  }

  public ObservedProcess ingestProcess() {
    return new ObservedProcess("ingest-service", ingest.pid(), Family.ALONE);
  }

  public ObservedProcess brokerProcess() {
    return new ObservedProcess("broker", broker.pid(), Family.ALONE);
  }

  /** PostgreSQL with its backends. */
  public ObservedProcess databaseProcess() {
    return new ObservedProcess("PostgreSQL", postgres.pid(), Family.WITH_CHILDREN);
  }

  @Override
  public void close() {
    teardown.close();
  }
}
