package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.chart.Rendering.Request;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services, broker and database show each other certificates. */
class MutualTlsTest {
  private static final String OWN = "/var/run/muster/own/tls.crt";
  private static final String AUTHORITY = "MUSTER_SERVICES_CLIENT_AUTHORITY";
  private static final String SERVED = "QUARKUS_HTTP_SSL_CERTIFICATE_FILES";

  private static TreeMap<String, String> environment(Rendering rendering, String component) {
    var environment = new TreeMap<String, String>();
    for (var one : rendering.workload(component).containers().getFirst().at("env").items()) {
      environment.put(one.at("name").text(), one.at("value").text());
    }
    return environment;
  }

  private static String secret(Rendering rendering, String component, String volume) {
    return rendering.workload(component).pod().at("volumes").items().stream()
        .filter(each -> each.at("name").text().equals(volume))
        .map(each -> each.at("secret", "secretName").text())
        .findFirst()
        .orElse("");
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry", "ingest", "command", "firmware"})
  void inProductionEachServiceShowsACertificateThatCertManagerMadeForIt(String component) {
    var production = Rendering.of(Request.of("values-production.yaml"));
    assertEquals(OWN, environment(production, component).get("MUSTER_SERVICES_CERTIFICATE"));
    var name = secret(production, component, "own");
    var certificate = production.find("Certificate", name).orElseThrow().tree();
    assertEquals(name, certificate.at("spec", "secretName").text());
    assertTrue(certificate.at("spec", "usages").texts().contains("client auth"));
    assertEquals("PKCS8", certificate.at("spec", "privateKey", "encoding").text());
  }

  /** A renewed authority goes on to be that of the certificates that it signed. */
  @Test
  void theReleasesAuthorityKeepsItsKeyAndTheOthersGetNewOnes() {
    var certificates = Rendering.of(Request.of("values-production.yaml")).of("Certificate");
    assertTrue(certificates.size() > 5);
    for (var certificate : certificates) {
      var spec = certificate.tree().at("spec");
      var authority = spec.at("isCA").text().equals("true");
      assertEquals(
          authority ? "Never" : "Always",
          spec.at("privateKey", "rotationPolicy").text(),
          certificate::toString);
      assertEquals(authority, certificate.name().endsWith("-internal-ca"), certificate::toString);
    }
  }

  /** Whose Secret has the authority: one that cert-manager fills, whatever runs there. */
  @Test
  void withAnIssuerOfYourOwnTheAuthorityIsReadFromACertificateThatIsThere() {
    var production =
        Request.of("values-production.yaml")
            .with("tls.internal.issuerRef.kind", "ClusterIssuer")
            .with("tls.internal.issuerRef.name", "services");
    var elsewhere =
        production
            .with("broker.enabled", false)
            .with("external.broker.url", "mqtts://broker.example.org:8883");
    for (var request : List.of(production, elsewhere, Renderings.EDGE_BY_CERT_MANAGER)) {
      var rendering = Rendering.of(request);
      var name = secret(rendering, "ingest", "ca");
      var certificate = rendering.find("Certificate", name);
      assertTrue(certificate.isPresent(), () -> rendering + ": nobody makes " + name);
      assertEquals(
          request.values().get("tls.internal.issuerRef.name"),
          certificate.get().tree().at("spec", "issuerRef", "name").text());
    }
  }

  @Test
  void inProductionServicesAndBrokerLetNobodyInWithoutOne() {
    var production = Rendering.of(Request.of("values-production.yaml"));
    for (var component : List.of("registry", "ingest", "command", "firmware")) {
      var environment = environment(production, component);
      assertEquals("/var/run/muster/ca/ca.crt", environment.get(AUTHORITY));
      assertEquals("disabled", environment.get("QUARKUS_HTTP_INSECURE_REQUESTS"));
      assertEquals("/var/run/muster/tls/tls.crt", environment.get(SERVED));
      // Else one that cert-manager renewed would be served after a restart alone.
      assertEquals("1M", environment.get("QUARKUS_HTTP_SSL_CERTIFICATE_RELOAD_PERIOD"));
    }
    assertEquals(
        "/var/run/muster/tls/ca.crt",
        environment(production, "broker").get("MUSTER_BROKER_TLS_CLIENT_AUTHORITY"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry", "ingest", "command", "firmware"})
  void inProductionTheDatabaseIsShownACertificateByPoolsAndMigrations(String component) {
    var production = Rendering.of(Request.of("values-production.yaml"));
    var environment = environment(production, component);
    var url = environment.get("QUARKUS_DATASOURCE_JDBC_URL");
    assertTrue(url.contains("sslmode=verify-full&sslrootcert="), url);
    assertTrue(url.contains("&sslcert=/var/run/muster/database-own/tls.crt"), url);
    // The driver takes PEM for what ends like this, and must be told of what kind it is.
    assertTrue(url.contains("&sslkey=/var/run/muster/database-own/tls.key&pemKeyAlgorithm=EC"));
    assertEquals(
        "/var/run/muster/database-own/tls.crt",
        environment.get("MUSTER_SERVICES_DATABASE_CERTIFICATE"));
    assertEquals("muster-database-" + component, secret(production, component, "database-own"));
  }

  @Test
  void anEdgeShowsItsHubACertificateOfTheHub() {
    var edge = Rendering.of(Renderings.EDGE);
    assertEquals(OWN, environment(edge, "ingest").get("MUSTER_SERVICES_CERTIFICATE"));
    assertEquals("muster-hub-client", secret(edge, "ingest", "own"));
  }

  @Test
  void withoutItNothingIsShownAndNothingIsAskedFor() {
    var small = Rendering.of(Request.of());
    for (var component : List.of("registry", "ingest", "command", "firmware", "broker")) {
      environment(small, component)
          .forEach(
              (name, value) ->
                  assertFalse(
                      name.startsWith("MUSTER_SERVICES_") || name.endsWith(AUTHORITY), name));
    }
  }

  @Test
  void theChartsOwnIssuerMakesCertificatesForServersAlone() {
    var request = Request.of().with("tls.services.enabled", true).with("tls.mutual.enabled", true);
    var refused = assertThrows(IllegalStateException.class, request::text);
    assertTrue(refused.getMessage().contains("tls.internal.provider"), refused.getMessage());
  }
}
