package io.muster.firmware;

import io.muster.localstack.FreePort;
import io.muster.localstack.Teardown;
import io.muster.localstack.files.FileTree;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.process.BrokerProcess;
import io.muster.localstack.tls.LocalAuthority;
import io.muster.localstack.tokens.LocalIssuer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * All that the service needs around it: a real PostgreSQL, the real broker as a process, real
 * issuers, and a registry that says what a test tells it to.
 */
public final class FirmwareStack implements QuarkusTestResourceLifecycleManager {
  /** Of an artifact: more than lies between this machine's server and a client that is slow. */
  public static final int MAX_BYTES = 8_000_000;

  /** Of a device: more than each test but one makes. */
  public static final int REQUESTS_PER_MINUTE = 200;

  private Path folder;
  private LocalAuthority current;
  private LocalPostgres postgres;
  private LocalIssuer issuer;
  private BrokerProcess broker;
  private Neighbour registry;
  private Neighbour ingest;
  private Pem ownCertificate;
  private int devicePort;

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("firmware-stack");
      postgres = LocalPostgres.start(folder.resolve("postgres"), FreePort.any());
      issuer = LocalIssuer.start(folder.resolve("keys"), 0);
      broker =
          BrokerProcess.start(folder.resolve("broker"), FreePort.any(), issuer.serviceIssuer());
      registry = new Neighbour();
      ingest = new Neighbour();
      Files.writeString(folder.resolve("service.token"), serviceToken("firmware"));
      Files.createDirectory(shown().folder());
      show(another());
      ownCertificate = Pem.selfSigned(folder.resolve("services"), "services");
      devicePort = FreePort.any();
      return settings();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> settings() {
    var database = postgres.createServices().get("firmware");
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
    settings.put("muster.firmware.inbox.poll-interval", "20ms");
    // What is slow here is the machine.
    settings.put("muster.firmware.database.acquisition-timeout", "60s");
    settings.put("muster.firmware.database.transaction-timeout", "60s");
    settings.put("muster.firmware.neighbours.request-timeout", "60s");
    // As by default, and without the other addresses of this machine: from them come strangers.
    settings.put("muster.firmware.ddi.bans.never", "127.0.0.1,::1");
    settings.put("muster.firmware.ddi.requests-per-minute", Integer.toString(REQUESTS_PER_MINUTE));
    settings.put("muster.firmware.artifacts.folder", folder.resolve("artifacts").toString());
    settings.put("muster.firmware.manifest.key-file", folder.resolve("manifest.key").toString());
    settings.putAll(ports());
    settings.put("muster.firmware.public-tls-url", "https://updates.example");
    settings.put("muster.firmware.artifacts.max-bytes", Integer.toString(MAX_BYTES));
    settings.put("muster.firmware.artifacts.must-stay-free-bytes", "0");
    return settings;
  }

  /**
   * Beside HTTP: HTTPS for people and services, who show certificates, and the port for devices.
   */
  private Map<String, String> ports() {
    var certificate = shown().serverCertificate().toString();
    var key = shown().serverKey().toString();
    return Map.of(
        "quarkus.http.test-ssl-port",
        "0",
        "quarkus.http.ssl.certificate.files",
        certificate,
        "quarkus.http.ssl.certificate.key-files",
        key,
        // As the chart has it.
        "quarkus.http.ssl.certificate.reload-period",
        "1M",
        "muster.services.client-authority",
        ownCertificate.certificate().toString(),
        "muster.firmware.tls.port",
        Integer.toString(devicePort),
        "muster.firmware.tls.certificate",
        certificate,
        "muster.firmware.tls.key",
        key);
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(this, new TestInjector.MatchesType(FirmwareStack.class));
  }

  @Override
  public void stop() {
    Teardown.closeAll(broker, registry, ingest, issuer, postgres, () -> FileTree.delete(folder));
  }

  /** The server's certificate as it is shown now, and who vouches for it. */
  public LocalAuthority tls() {
    return current;
  }

  private LocalAuthority shown() {
    return new LocalAuthority(folder.resolve("shown"));
  }

  /** Another authority and its certificate for the server, which nobody shows yet. */
  public LocalAuthority another() throws IOException {
    var other = new LocalAuthority(Files.createTempDirectory(folder, "tls"));
    other.prepare(Clock.systemUTC());
    return other;
  }

  /**
   * Puts another one's certificate into the files that both ports serve theirs from, for good:
   * Quarkus takes what it was started with for unchanged, and would not show it a second time.
   */
  public void show(LocalAuthority other) throws IOException {
    replace(other.serverCertificate(), shown().serverCertificate());
    replace(other.serverKey(), shown().serverKey());
    current = other;
  }

  private static void replace(Path by, Path file) throws IOException {
    Files.copy(by, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** What services show each other; it is its own authority. */
  public Pem ownCertificate() {
    return ownCertificate;
  }

  /** At the main port, over TLS. */
  public URI secure(String path) {
    var port = ConfigProvider.getConfig().getValue("quarkus.http.test-ssl-port", Integer.class);
    return URI.create("https://localhost:" + port + path);
  }

  /** At the port for devices. */
  public URI devices(String path) {
    return URI.create("https://localhost:" + devicePort + path);
  }

  /** The service's log, as another service reads it. */
  public JsonPath events(long after) {
    var uri = secure("/internal/v1/events?limit=1000&after=" + after);
    var request =
        HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + serviceToken("ingest"));
    try (var client =
        HttpClient.newBuilder()
            .sslContext(ownCertificate.shownTo(tls().authorityCertificate()))
            .build()) {
      return JsonPath.from(client.send(request.build(), BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public Neighbour registry() {
    return registry;
  }

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
