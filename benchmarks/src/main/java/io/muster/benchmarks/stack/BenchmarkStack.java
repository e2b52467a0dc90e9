package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.localstack.Checkout;
import io.muster.localstack.FreePort;
import io.muster.localstack.files.FileTree;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.PostgresSettings;
import io.muster.localstack.postgres.ServiceDatabase;
import io.muster.localstack.process.BrokerProcess;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.ServiceProcess;
import io.muster.localstack.tls.LocalAuthority;
import io.muster.localstack.tokens.LocalIssuer;
import io.muster.localstack.tokens.TokenFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
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
  private static final List<String> FIRMWARE_JVM =
      List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC");
  private static final Duration READY_WITHIN = Duration.ofSeconds(90);
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(2);
  private static final Duration SERVICE_TOKEN_LIFETIME = Duration.ofHours(1);

  private final Teardown teardown = new Teardown();
  private final StackSettings settings;
  private final Checkout checkout = Checkout.find();
  private LocalPostgres postgres;
  private Map<String, ServiceDatabase> databases;
  private LocalIssuer issuer;
  private TokenFiles tokens;
  private ChildProcess broker;
  private String brokerUrl;
  private ChildProcess registry;
  private URI registryUrl;
  private ChildProcess firmware;
  private URI firmwareUrl;
  private LocalAuthority authority;
  private IngestProcess ingest;
  private CommandProcess command;

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
   * Starts all that ingest-service needs and waits until each part is ready.
   *
   * @throws io.muster.localstack.UserMistake when a module is not built
   * @throws io.muster.localstack.process.NotReadyException when a part does not become ready
   */
  public void startFoundations() {
    startFoundations(Map.of());
  }

  /**
   * The same with settings of a measurement's own.
   *
   * @param ofRegistry in the registry's environment
   */
  public void startFoundations(Map<String, String> ofRegistry) {
    try {
      startDatabase();
      issuer = teardown.add(LocalIssuer.start(settings.home().resolve("keys"), 0));
      tokens = teardown.add(new TokenFiles());
      authority = new LocalAuthority(settings.home().resolve("tls"));
      authority.prepare(Clock.systemUTC());
      startBroker();
      startRegistry(ofRegistry);
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
                    FreePort.any(),
                    PostgresSettings.MAX_CONNECTIONS)));
    postgres.restart();
    databases = postgres.createServices();
  }

  private void startBroker() {
    var port = FreePort.any();
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

  private void startRegistry(Map<String, String> settingsOfItsOwn) throws IOException {
    var port = FreePort.any();
    registryUrl = URI.create("http://127.0.0.1:" + port);
    var environment = environment("registry");
    environment.putAll(settingsOfItsOwn);
    registry =
        started(
            launch("device-registry", port, environment, REGISTRY_JVM),
            ServiceProcess.readiness(port));
  }

  /**
   * Starts ingest-service and waits until it is ready.
   *
   * @param configuration what this measurement needs of it; what the user asked for comes before
   */
  public void startIngest(Map<String, String> configuration) {
    try {
      var environment = environment("ingest");
      environment.put("MUSTER_REGISTRY_URL", registryUrl.toString());
      environment.put("MUSTER_ENDPOINT_HOST", "127.0.0.1");
      environment.put("MUSTER_ENDPOINT_TLS_CERTIFICATE", authority.serverCertificate().toString());
      environment.put("MUSTER_ENDPOINT_TLS_KEY", authority.serverKey().toString());
      environment.put("MUSTER_ENDPOINT_WEBSOCKET_PORT", "-1");
      environment.putAll(configuration);
      environment.putAll(settings.ingestEnvironment());
      ingest = teardown.add(new IngestProcess(this, environment, settings.ingestJvm()));
      ingest.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts command-service, which needs all the others, and waits until it is ready.
   *
   * @param waitingRequests how many requests may wait for the end of a command
   */
  public void startCommand(int waitingRequests) {
    try {
      var environment = environment("command");
      environment.put("MUSTER_REGISTRY_URL", registryUrl.toString());
      environment.put("MUSTER_INGEST_URL", ingest.url().toString());
      environment.put(
          "MUSTER_COMMAND_FOLLOWING_WAITING_REQUESTS", Integer.toString(waitingRequests));
      command = new CommandProcess(this, environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts firmware-service, with artifacts of its own, and waits until it is ready. */
  public void startFirmware() {
    try {
      var port = FreePort.any();
      firmwareUrl = URI.create("http://127.0.0.1:" + port);
      var environment = environment("firmware");
      environment.put("MUSTER_REGISTRY_URL", registryUrl.toString());
      environment.put("MUSTER_FIRMWARE_PUBLIC_URL", firmwareUrl.toString());
      environment.put("MUSTER_FIRMWARE_ARTIFACTS_FOLDER", absolute("artifacts"));
      environment.put("MUSTER_FIRMWARE_ARTIFACTS_MUST_STAY_FREE_BYTES", "0");
      environment.put("MUSTER_FIRMWARE_MANIFEST_KEY_FILE", absolute("keys/manifest.key"));
      // ingest is not there: nobody sends feedback over MQTT, and nobody waits for its log.
      environment.put("MUSTER_FIRMWARE_INBOX_ENABLED", "false");
      firmware =
          started(
              launch("firmware-service", port, environment, FIRMWARE_JVM),
              ServiceProcess.readiness(port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String absolute(String below) {
    return settings.home().resolve(below).toAbsolutePath().toString();
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

  Launch launch(String module, int port, Map<String, String> environment, List<String> jvm) {
    var name = Path.of(module).getFileName().toString();
    return ServiceProcess.launch(checkout, module, name, port, environment, jvm, log(name));
  }

  /**
   * Starts a process of the measurement and waits until it is ready. Ctrl-C finds it also while it
   * is not yet.
   *
   * @throws io.muster.localstack.process.NotReadyException when it does not become ready
   */
  public ChildProcess started(Launch launch, Readiness readiness) {
    var child = teardown.add(ChildProcess.start(launch));
    readiness.await(child, READY_WITHIN);
    return child;
  }

  /** A client of the registry that may do anything. */
  public RegistryClient registry() {
    return new RegistryClient(registryUrl, personToken());
  }

  /** Where the registry is. */
  public URI registryUrl() {
    return registryUrl;
  }

  /** A token of a person who may do anything. */
  public String personToken() {
    return issuer.mintPerson("benchmark", Set.of("admin"), Set.of("*"), TOKEN_LIFETIME);
  }

  /** A token of a service; it lives an hour. */
  public String serviceToken() {
    return serviceToken("benchmark");
  }

  /** A token of that service; it lives an hour. */
  public String serviceToken(String service) {
    return issuer.mintService(service, SERVICE_TOKEN_LIFETIME);
  }

  /** {@code mqtt://…} of the broker between the services. */
  public String brokerUrl() {
    return brokerUrl;
  }

  /** What device-registry connects to the database with. */
  public ServiceDatabase registryDatabase() {
    return databases.get("registry");
  }

  public IngestProcess ingest() {
    return ingest;
  }

  /** Once it has been started. */
  public CommandProcess command() {
    return command;
  }

  /** The endpoint's certificate and key, and who vouches for them. */
  public LocalAuthority authority() {
    return authority;
  }

  /** Whose programs are run. */
  public Checkout checkout() {
    return checkout;
  }

  /** A folder for the data of a process of the measurement. */
  public Path folder(String name) {
    return settings.home().resolve(name);
  }

  /** Where a process of the measurement writes what it says. */
  public Path log(String name) {
    return settings.home().resolve("logs").resolve(name + ".log");
  }

  /** What ingest-service connects to the database with. */
  public ServiceDatabase ingestDatabase() {
    return databases.get("ingest");
  }

  /** A connection that may do anything in the services' database. */
  public Connection connectAsSuperuser() throws SQLException {
    return postgres.connectAsSuperuser();
  }

  public ObservedProcess registryProcess() {
    return new ObservedProcess("device-registry", registry.pid(), Family.ALONE);
  }

  public ObservedProcess brokerProcess() {
    return new ObservedProcess("broker", broker.pid(), Family.ALONE);
  }

  /** Where firmware-service is. */
  public URI firmwareUrl() {
    return firmwareUrl;
  }

  /** Its memory is what it holds alone, and its share of what others hold as well. */
  public ObservedProcess firmwareProcess() {
    return new ObservedProcess("firmware-service", firmware.pid(), Family.WITH_CHILDREN);
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
