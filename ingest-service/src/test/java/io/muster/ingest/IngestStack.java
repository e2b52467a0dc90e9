package io.muster.ingest;

import io.muster.contract.event.EventPage;
import io.muster.ingest.access.FakeRegistry;
import io.muster.ingest.access.FakeRegistry.Reply;
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
 * All that ingest-service needs around it, for the tests of the service as a whole: a real
 * PostgreSQL, the real broker as a process, real issuers, and a registry that says what a test
 * tells it to.
 */
public final class IngestStack implements QuarkusTestResourceLifecycleManager {
  private Path folder;
  private LocalPostgres postgres;
  private LocalIssuer issuer;
  private BrokerProcess broker;
  private FakeRegistry registry;

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("ingest-stack");
      postgres = LocalPostgres.start(folder.resolve("postgres"), FreePort.any());
      issuer = LocalIssuer.start(folder.resolve("keys"), 0);
      broker =
          BrokerProcess.start(folder.resolve("broker"), FreePort.any(), issuer.serviceIssuer());
      registry = new FakeRegistry();
      registry.answer(request -> Reply.json(new EventPage(List.of(), 0, 1)));
      Files.writeString(folder.resolve("service.token"), serviceToken("ingest"));
      return settings();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> settings() {
    var database = postgres.createServices().get("ingest");
    var settings = new HashMap<String, String>();
    settings.put("MUSTER_DATABASE_URL", database.url());
    settings.put("MUSTER_DATABASE_USER", database.user());
    settings.put("MUSTER_DATABASE_PASSWORD", database.password());
    settings.put("MUSTER_PEOPLE_ISSUER", issuer.peopleIssuer());
    settings.put("MUSTER_SERVICE_ISSUER", issuer.serviceIssuer());
    settings.put("MUSTER_SERVICE_TOKEN_FILE", folder.resolve("service.token").toString());
    settings.put("MUSTER_REGISTRY_URL", registry.url().toString());
    settings.put("MUSTER_BROKER_URL", broker.url());
    settings.put("MUSTER_REPLICA", "test");
    // A broker that is killed takes nothing; what expires meanwhile is seen when it counts as away.
    settings.put("muster.relay.publish-timeout", "5s");
    // Tests count what the registry is asked.
    settings.put("muster.presence.interval", "1H");
    settings.put("muster.endpoint.host", "127.0.0.1");
    settings.put("muster.endpoint.port", "0");
    settings.put("muster.endpoint.tls.port", "-1");
    settings.put("muster.endpoint.websocket.port", "-1");
    return settings;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(this, new TestInjector.MatchesType(IngestStack.class));
  }

  @Override
  public void stop() {
    Teardown.closeAll(broker, registry, issuer, postgres, () -> FileTree.delete(folder));
  }

  public LocalPostgres postgres() {
    return postgres;
  }

  public BrokerProcess broker() {
    return broker;
  }

  public FakeRegistry registry() {
    return registry;
  }

  /** A token as a service has it. */
  public String serviceToken(String service) {
    return issuer.mintService(service, Duration.ofHours(1));
  }

  /** A token as a person has it. */
  public String personsToken(String role, String tenant) {
    return issuer.mintPerson("somebody", List.of(role), List.of(tenant), Duration.ofHours(1));
  }
}
