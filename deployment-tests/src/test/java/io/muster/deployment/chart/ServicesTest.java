package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.settings.Mappings;
import io.muster.deployment.settings.Setting;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart says of a service is what the service says of itself. */
class ServicesTest {
  private static final Map<String, String> MODULES =
      Map.of(
          "registry", "device-registry",
          "ingest", "ingest-service",
          "command", "command-service",
          "firmware", "firmware-service");

  /** Of Quarkus and the JVM, which every service understands. */
  private static final Set<String> STANDARD =
      Set.of(
          "QUARKUS_HTTP_HOST",
          "QUARKUS_HTTP_PORT",
          "QUARKUS_HTTP_INSECURE_REQUESTS",
          "QUARKUS_HTTP_SSL_PORT",
          "QUARKUS_HTTP_SSL_CERTIFICATE_FILES",
          "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES",
          "QUARKUS_HTTP_SSL_CERTIFICATE_RELOAD_PERIOD",
          "QUARKUS_FLYWAY_MIGRATE_AT_START",
          "QUARKUS_DATASOURCE_JDBC_URL",
          "QUARKUS_DATASOURCE_REACTIVE_TRUST_ALL",
          "QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM",
          "QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS",
          "QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM",
          "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
          // Read by ingest-service alone, and harmless elsewhere: the database is checked by name.
          "MUSTER_DATABASE_CA_FILE",
          // As AWS' tools have them.
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "JDK_JAVA_OPTIONS");

  private static final Pattern ASKED = Pattern.compile("\\$\\{(MUSTER_[A-Z0-9_]+)");

  private static boolean exists(String service) {
    return Files.exists(
        Checkout.ROOT
            .resolve(MODULES.get(service))
            .resolve("src/main/resources/application.properties"));
  }

  private static String properties(String service) {
    return Checkout.read(MODULES.get(service) + "/src/main/resources/application.properties");
  }

  @Test
  void whatRunsUnlessToldIsAModuleOfThisRepository() {
    var values = Tree.parse(Checkout.read("helm/muster/values.yaml"));
    for (var service : MODULES.keySet()) {
      if (values.at(service, "enabled").text().equals("true")) {
        assertTrue(exists(service), () -> service + " is switched on, and there is no such module");
      }
    }
  }

  @Test
  void portsAreThoseOfTheServices() throws IOException {
    var rendering = Rendering.of(Renderings.EVERYTHING);
    for (var service : MODULES.keySet()) {
      if (exists(service)) {
        var settings = new Properties();
        settings.load(new StringReader(properties(service)));
        var http =
            rendering.workload(service).containers().getFirst().at("ports").items().getFirst();
        assertEquals("http", http.at("name").text());
        assertEquals(
            settings.getProperty("quarkus.http.port"), http.at("containerPort").text(), service);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void everyVariableIsOneThatItsServiceReads(Rendering rendering) {
    for (var service : MODULES.keySet()) {
      if (exists(service)) {
        for (var workload : rendering.workloads()) {
          if (workload.podLabels().at("app.kubernetes.io/component").text().equals(service)) {
            assertReads(service, workload);
          }
        }
      }
    }
  }

  private static void assertReads(String service, Manifest workload) {
    var text = properties(service);
    var configured = configuredNames(service);
    var unknown = new TreeSet<String>();
    for (var variable : workload.containers().getFirst().at("env").items()) {
      var name = variable.at("name").text();
      if (!STANDARD.contains(name)
          && !text.contains("${" + name + ":")
          && !configured.contains(name)) {
        unknown.add(name);
      }
    }
    assertEquals(new TreeSet<>(), unknown, service);
  }

  @Test
  void everyServiceHearsWhichProxiesAreTrusted() {
    var proxied = Rendering.of(Renderings.EVERYTHING.with("api.trustedProxies[0]", "10.42.0.0/16"));
    var plain = Rendering.of(Renderings.EVERYTHING);
    for (var service : MODULES.keySet()) {
      var said = "name=MUSTER_REQUESTS_TRUSTED_PROXIES, value=10.42.0.0/16";
      assertTrue(proxied.workload(service).containers().getFirst().text().contains(said), service);
      assertFalse(plain.workload(service).text().contains("TRUSTED_PROXIES"), service);
    }
  }

  @Test
  void whatAServiceAsksOfAnInstallationIsSaid() {
    // A variable that the chart forgets has its default, which is of one machine.
    var rendering =
        Rendering.of(
            Renderings.EVERYTHING_BY_TLS
                .with("database.sslMode", "verify-full")
                .with("database.caSecret", "muster-database-ca")
                .with("external.uplinkUrl", "https://ingest.hub.example.org:8082")
                .with("external.caSecret", "muster-hub-ca"));
    for (var service : MODULES.keySet()) {
      var said = new TreeSet<String>();
      for (var variable : rendering.workload(service).containers().getFirst().at("env").items()) {
        said.add(variable.at("name").text());
      }
      var asked = new TreeSet<String>();
      ASKED.matcher(properties(service)).results().forEach(each -> asked.add(each.group(1)));
      asked.removeAll(said);
      assertEquals(new TreeSet<>(), asked, service);
    }
  }

  /** Names in the environment of all settings in a module's and the REST module's mappings. */
  private static Set<String> configuredNames(String service) {
    return Mappings.variables(MODULES.get(service));
  }

  @Test
  void settingsInValuesFilesAreThereAtTheirServices() {
    var unknown = new TreeSet<String>();
    for (var file : Checkout.files("helm/muster", ".yaml")) {
      if (file.getFileName().toString().startsWith("values")) {
        unknown.addAll(unknownSettings(Tree.parse(Checkout.read(file))));
      }
    }
    assertEquals(new TreeSet<>(), unknown);
  }

  /** Settings in values that a service does not know. */
  static Set<String> unknownSettings(Tree values) {
    var unknown = new TreeSet<String>();
    for (var service : MODULES.keySet()) {
      var settings = values.at(service, "settings").members().keySet();
      var known = settings.isEmpty() ? Set.<String>of() : configuredNames(service);
      for (var setting : settings) {
        if (!known.contains(Setting.variable(setting))) {
          unknown.add(service + ": " + setting);
        }
      }
    }
    return unknown;
  }

  @Test
  void settingsThatAMappingInheritsAreKnownAndOthersAreNot() {
    for (var service : List.of("ingest", "command", "firmware")) {
      var removal = "muster." + service + ".removal.";
      var values =
          "%s: {settings: {%sbatch-rows: 500, %srows: 500}}".formatted(service, removal, removal);
      assertEquals(Set.of(service + ": " + removal + "rows"), unknownSettings(Tree.parse(values)));
    }
  }

  @Test
  void theBrokersVariablesAreThoseOfItsReadme() {
    var readme = Checkout.read("broker/README.md");
    for (var request : Renderings.requests().toList()) {
      for (var workload : Rendering.of(request).of("StatefulSet")) {
        if (workload.name().endsWith("-broker")) {
          for (var variable : workload.containers().getFirst().at("env").items()) {
            var name = variable.at("name").text();
            assertTrue(name.equals("JDK_JAVA_OPTIONS") || readme.contains("`" + name + "`"), name);
          }
        }
      }
    }
  }

  @Test
  void everyProcessHasItsOwnRoleAtTheDatabase() {
    var rendering = Rendering.of(Renderings.EVERYTHING);
    var users = new TreeSet<String>();
    for (var service : MODULES.keySet()) {
      for (var variable : rendering.workload(service).containers().getFirst().at("env").items()) {
        if (variable.at("name").text().equals("MUSTER_DATABASE_USER")) {
          users.add(variable.at("value").text());
        }
      }
    }
    assertEquals(4, users.size());
    var roles = rendering.find("ConfigMap", "muster-database").orElseThrow().text();
    users.forEach(user -> assertTrue(roles.contains("CREATE ROLE " + user + " LOGIN"), user));
  }
}
