package io.muster.registry;

import io.muster.localstack.FreePort;
import io.muster.localstack.Teardown;
import io.muster.localstack.files.FileTree;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.tokens.LocalIssuer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A real PostgreSQL and real issuers for all tests of the service; no broker, which is away. */
public final class RegistryStack implements QuarkusTestResourceLifecycleManager {
  private Path folder;
  private LocalPostgres postgres;
  private LocalIssuer issuer;

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("registry-stack");
      postgres = LocalPostgres.start(folder.resolve("postgres"), FreePort.any());
      issuer = LocalIssuer.start(folder.resolve("keys"), 0);
      var authority = TestAuthority.root("installation");
      Files.writeString(
          folder.resolve("issuing.pem"), DeviceCertificates.pem(authority.certificate()));
      Files.writeString(folder.resolve("issuing.key"), authority.keyPem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var database = postgres.createServices().get("registry");
    return Map.ofEntries(
        Map.entry(
            "muster.registry.issuing.certificate-file", folder.resolve("issuing.pem").toString()),
        Map.entry("muster.registry.issuing.key-file", folder.resolve("issuing.key").toString()),
        Map.entry("MUSTER_DATABASE_URL", database.url()),
        Map.entry("MUSTER_DATABASE_USER", database.user()),
        Map.entry("MUSTER_DATABASE_PASSWORD", database.password()),
        Map.entry("MUSTER_PEOPLE_ISSUER", issuer.peopleIssuer()),
        Map.entry("MUSTER_SERVICE_ISSUER", issuer.serviceIssuer()),
        Map.entry("MUSTER_BROKER_URL", "mqtt://127.0.0.1:" + FreePort.any()),
        // What is slow here is the machine.
        Map.entry("muster.registry.database.acquisition-timeout", "60S"),
        // Where no other test's requests come from.
        Map.entry("muster.requests.trusted-proxies", LocalPeer.TRUSTED),
        // Within reach of a test.
        Map.entry("muster.registry.device-types.max-per-tenant", "12"),
        Map.entry("muster.registry.groups.max-per-tenant", "12"),
        Map.entry("muster.registry.groups.max-members", "500"),
        Map.entry("muster.registry.provisioning.max-claim-tokens", "12"),
        Map.entry("muster.registry.bulk.waiting-answer-bytes", "65536"),
        Map.entry("muster.registry.bulk.max-rows", "100000"),
        Map.entry("muster.registry.bulk.database-patience", "8S"),
        Map.entry("muster.registry.configuration.interval", "100MS"),
        Map.entry("muster.registry.emqx.answers-kept", "1S"),
        // No test waits for these: they would come between when a machine is slow.
        Map.entry("muster.registry.shadow.resend-after", "1H"),
        Map.entry("muster.registry.inbox.turn", "20S"),
        // Tests look themselves who has fallen silent.
        Map.entry("muster.registry.presence.interval", "1H"));
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(
        new Tokens(issuer, folder.resolve("keys")), new TestInjector.MatchesType(Tokens.class));
    injector.injectIntoFields(postgres, new TestInjector.MatchesType(LocalPostgres.class));
  }

  @Override
  public void stop() {
    Teardown.closeAll(issuer, postgres, () -> FileTree.delete(folder));
  }
}
