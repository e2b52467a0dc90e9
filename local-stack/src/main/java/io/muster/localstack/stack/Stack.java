package io.muster.localstack.stack;

import io.muster.contract.id.ServiceName;
import io.muster.contract.id.TenantId;
import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.files.PrivateFiles;
import io.muster.localstack.observe.Prometheus;
import io.muster.localstack.observe.traces.TraceServer;
import io.muster.localstack.postgres.DatabaseAddress;
import io.muster.localstack.postgres.DatabaseBootstrap;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.PostgresSettings;
import io.muster.localstack.postgres.ServiceDatabase;
import io.muster.localstack.process.BrokerProcess;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.ServiceProcess;
import io.muster.localstack.registry.RegistryClient;
import io.muster.localstack.tls.DeviceAuthority;
import io.muster.localstack.tls.LocalAuthority;
import io.muster.localstack.tokens.LocalIssuer;
import io.muster.localstack.tokens.TokenFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All processes of a local stack: started in the order in which they need each other, each kept
 * running, ended in the reverse order. {@link #stop()} may be called from another thread at any
 * time.
 */
final class Stack {
  /** The tenant that every local stack has. */
  static final TenantId TENANT = new TenantId("demo");

  private static final Duration ADMIN_TOKEN = Duration.ofHours(12);

  private final StackSettings settings;
  private final Surroundings around;
  private final ChildGroup foundations;
  private final ChildGroup services;
  private final ChildGroup observers;
  private Optional<LocalIssuer> issuer = Optional.empty();
  private Optional<TokenFiles> tokens = Optional.empty();
  private Optional<TraceServer> traces = Optional.empty();

  Stack(StackSettings settings, ChildEvents events) {
    this.settings = settings;
    this.around = settings.around();
    this.foundations = new ChildGroup(events);
    this.services = new ChildGroup(events);
    this.observers = new ChildGroup(events);
  }

  /**
   * Starts everything; returns when all is ready.
   *
   * @throws UserMistake when a part does not become ready; with the reason
   */
  void start() {
    // What is missing on this machine is said before anything has been started.
    var observing = settings.observe() ? List.of(prometheus()) : List.<ChildPlan>of();
    if (settings.keepsTraces()) {
      keepTraces();
    }
    var authority = new LocalAuthority(around.home().tls());
    var issuer = startIssuer(authority);
    var postgres = embeddedPostgres();
    var plans = new ArrayList<ChildPlan>();
    postgres.ifPresent(embedded -> plans.add(plan(embedded)));
    if (settings.brokerUrl().isEmpty()) {
      plans.add(broker(issuer));
    }
    foundations.start(plans);
    var server = postgres.map(LocalPostgres::superuser).or(settings::database).orElseThrow();
    var databases = prepareDatabase(server);
    var environment = new ServiceEnvironment(settings, issuer, authority, brokerUrl());
    services.start(servicePlans(environment, databases));
    observers.start(observing);
    if (!new RegistryClient(around.registryUrl(), around::adminToken).ensureTenant(TENANT)) {
      around
          .terminal()
          .line(
              "Tenant '%s' was deleted and its name is not given again: make another one, and say"
                      .formatted(TENANT)
                  + " --tenant to simulate and replay.");
    }
  }

  /** Ends everything: services, then broker and database, then what they were told by. */
  void stop() {
    observers.stop();
    services.stop();
    foundations.stop();
    synchronized (this) {
      tokens.ifPresent(TokenFiles::close);
      issuer.ifPresent(LocalIssuer::close);
      traces.ifPresent(TraceServer::close);
    }
  }

  private synchronized void keepTraces() {
    try {
      traces = Optional.of(TraceServer.start(settings.tracesPort()));
    } catch (IOException e) {
      throw new UserMistake("Cannot keep traces: " + e.getMessage(), e);
    }
  }

  private synchronized LocalIssuer startIssuer(LocalAuthority authority) {
    try {
      var home = around.home();
      authority.prepare(around.clock());
      new DeviceAuthority(home.deviceAuthority()).prepare(around.clock());
      var started = LocalIssuer.start(home.keys(), settings.issuerPort(), around.clock());
      issuer = Optional.of(started);
      var files = new TokenFiles(around.clock());
      tokens = Optional.of(files);
      files.keep(
          home.adminToken(),
          ADMIN_TOKEN,
          () -> started.mintPerson("admin", List.of("admin"), List.of("*"), ADMIN_TOKEN));
      for (var service : StackService.values()) {
        var name = service.service().value();
        files.keepService(started, name, home.serviceToken(name));
      }
      return started;
    } catch (IOException e) {
      throw new UserMistake("Cannot prepare keys and tokens: " + e.getMessage(), e);
    }
  }

  private Optional<LocalPostgres> embeddedPostgres() {
    if (settings.database().isPresent()) {
      return Optional.empty();
    }
    var home = around.home();
    return Optional.of(
        LocalPostgres.prepared(
            new PostgresSettings(
                home.databaseData(),
                home.secrets(),
                home.log("postgres"),
                home.programs(),
                settings.postgresPort(),
                PostgresSettings.MAX_CONNECTIONS)));
  }

  private ChildPlan plan(LocalPostgres postgres) {
    return new ChildPlan(
        postgres.launch(), postgres.readiness(), "127.0.0.1:" + settings.postgresPort());
  }

  private ChildPlan broker(LocalIssuer issuer) {
    var port = settings.brokerPort();
    var launch =
        BrokerProcess.launch(
            around.checkout(),
            around.home().brokerData(),
            port,
            settings.brokerHttpPort(),
            issuer.serviceIssuer(),
            around.home().log("broker"));
    return new ChildPlan(launch, health(settings.brokerHttpPort()), brokerUrl());
  }

  private ChildPlan prometheus() {
    var home = around.home();
    var prometheus =
        Prometheus.installed(
            System.getenv().getOrDefault("PATH", ""), home.observed(), settings.prometheusPort());
    var rules = around.checkout().root().resolve("helm/muster/files/rules");
    var launch =
        prometheus.launch(
            sources(),
            List.of(rules.resolve("recording.yaml"), rules.resolve("alerts.yaml")),
            home.log("prometheus"));
    return new ChildPlan(
        launch,
        Readiness.http(URI.create(prometheus.address() + "/-/ready")),
        prometheus.address());
  }

  private List<Prometheus.Source> sources() {
    var sources = new ArrayList<Prometheus.Source>();
    if (settings.brokerUrl().isEmpty()) {
      sources.add(new Prometheus.Source("broker", "broker", settings.brokerHttpPort()));
    }
    for (var service : StackService.values()) {
      for (var replica = 1; replica <= settings.replicas().of(service); replica++) {
        sources.add(
            new Prometheus.Source(
                service.service().value(),
                service.instance(replica),
                settings.httpPort(service, replica)));
      }
    }
    return sources;
  }

  private static Readiness health(int httpPort) {
    return Readiness.http(URI.create("http://127.0.0.1:" + httpPort + "/q/health"));
  }

  private String brokerUrl() {
    return settings.brokerUrl().orElse("mqtt://127.0.0.1:" + settings.brokerPort());
  }

  private Map<String, ServiceDatabase> prepareDatabase(DatabaseAddress server) {
    var names = Arrays.stream(StackService.values()).map(StackService::service).toList();
    try {
      return new DatabaseBootstrap(server).prepare(names, this::databasePassword);
    } catch (SQLException e) {
      throw new UserMistake(
          "The database at %s:%d cannot be prepared: %s"
              .formatted(server.host(), server.port(), e.getMessage()),
          e);
    }
  }

  private String databasePassword(ServiceName service) {
    try {
      return PrivateFiles.secret(around.home().secrets().resolve("database-" + service.value()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<ChildPlan> servicePlans(
      ServiceEnvironment environment, Map<String, ServiceDatabase> databases) {
    var plans = new ArrayList<ChildPlan>();
    for (var service : StackService.values()) {
      for (var replica = 1; replica <= settings.replicas().of(service); replica++) {
        var database = databases.get(service.service().value());
        plans.add(plan(service, replica, environment.of(service, replica, database)));
      }
    }
    return plans;
  }

  private ChildPlan plan(StackService service, int replica, Map<String, String> environment) {
    var port = settings.httpPort(service, replica);
    var name = service.instance(replica);
    var launch =
        ServiceProcess.launch(
            around.checkout(),
            service.module(),
            name,
            port,
            environment,
            service.memory(),
            around.home().log(name));
    return new ChildPlan(launch, ServiceProcess.readiness(port), "http://127.0.0.1:" + port);
  }
}
