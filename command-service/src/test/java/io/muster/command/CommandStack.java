package io.muster.command;

import io.muster.localstack.FreePort;
import io.muster.localstack.Teardown;
import io.muster.localstack.files.FileTree;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.process.BrokerProcess;
import io.muster.localstack.tokens.LocalIssuer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that the service needs around it: a real PostgreSQL, the real broker as a process, real
 * issuers, and a registry and an ingest that say what a test tells them to.
 */
public final class CommandStack implements QuarkusTestResourceLifecycleManager {
  static final int OPEN_PER_DEVICE = 20;
  static final int OPEN_PER_TENANT = 30;

  /** How many requests may wait for the end of a command. */
  public static final int WAITING_REQUESTS = 3;

  static final int REQUESTS_AT_ONCE = 60;
  static final int BODY_BYTES_AT_ONCE = 2 * 1_048_576;

  private Path folder;
  private LocalPostgres postgres;
  private LocalIssuer issuer;
  private BrokerProcess broker;
  private Neighbour registry;
  private Neighbour ingest;
  private Endpoint endpoint;

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("command-stack");
      postgres = LocalPostgres.start(folder.resolve("postgres"), FreePort.any());
      issuer = LocalIssuer.start(folder.resolve("keys"), 0);
      broker =
          BrokerProcess.start(folder.resolve("broker"), FreePort.any(), issuer.serviceIssuer());
      registry = new Neighbour();
      ingest = new Neighbour();
      endpoint = new Endpoint(broker.url(), serviceToken("ingest"), ingest);
      Files.writeString(folder.resolve("service.token"), serviceToken("command"));
      return settings();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> settings() {
    var database = postgres.createServices().get("command");
    var settings = new HashMap<String, String>();
    settings.put("MUSTER_DATABASE_URL", database.url());
    settings.put("MUSTER_DATABASE_USER", database.user());
    settings.put("MUSTER_DATABASE_PASSWORD", database.password());
    settings.put("MUSTER_PEOPLE_ISSUER", issuer.peopleIssuer());
    settings.put("MUSTER_SERVICE_ISSUER", issuer.serviceIssuer());
    settings.put("MUSTER_SERVICE_TOKEN_FILE", folder.resolve("service.token").toString());
    settings.put("MUSTER_REGISTRY_URL", registry.url());
    settings.put("MUSTER_INGEST_URL", ingest.url());
    settings.put("MUSTER_BROKER_URL", broker.url());
    settings.put("MUSTER_REPLICA", "test");
    settings.put("muster.command.inbox.poll-interval", "20ms");
    // What is slow here is the machine.
    settings.put("muster.command.database.acquisition-timeout", "60s");
    settings.put("muster.command.database.transaction-timeout", "60s");
    settings.put("muster.command.neighbours.request-timeout", "60s");
    settings.put("muster.command.dispatch.interval", "20ms");
    settings.put("muster.command.limits.open-per-device", Integer.toString(OPEN_PER_DEVICE));
    settings.put("muster.command.limits.open-per-tenant", Integer.toString(OPEN_PER_TENANT));
    settings.put("muster.command.following.waiting-requests", Integer.toString(WAITING_REQUESTS));
    settings.put("muster.requests.most-at-once", Integer.toString(REQUESTS_AT_ONCE));
    settings.put("muster.requests.most-body-bytes-at-once", Integer.toString(BODY_BYTES_AT_ONCE));
    return settings;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(this, new TestInjector.MatchesType(CommandStack.class));
  }

  @Override
  public void stop() {
    Teardown.closeAll(
        endpoint, broker, registry, ingest, issuer, postgres, () -> FileTree.delete(folder));
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  public Neighbour registry() {
    return registry;
  }

  /** Who has the log of what devices do. */
  public Neighbour ingest() {
    return ingest;
  }

  public LocalPostgres postgres() {
    return postgres;
  }

  public BrokerProcess broker() {
    return broker;
  }

  public String serviceToken(String service) {
    return issuer.mintService(service, Duration.ofHours(1));
  }

  public String person(String role, String... tenants) {
    return issuer.mintPerson("pat-" + role, List.of(role), List.of(tenants), Duration.ofHours(1));
  }
}
