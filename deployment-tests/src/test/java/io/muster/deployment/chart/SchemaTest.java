package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.marcnuri.helm.Helm;
import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering.Request;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that Helm would have swallowed. */
class SchemaTest {
  private static final Tree SCHEMA = Tree.parse(Checkout.read("helm/muster/values.schema.json"));
  private static final Tree VALUES = Tree.parse(Checkout.read("helm/muster/values.yaml"));

  @Test
  void lintFindsNothing() {
    var result = new Helm(Checkout.CHART).lint().strict().call();
    assertFalse(result.isFailed(), () -> String.join("\n", result.getMessages()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "regsitry.replicas",
        "registry.replica",
        "ingest.drain.spread",
        "endpoint.mqtts.prot",
        "endpoint.tls.secret",
        "endpoint.webSocketRoute.hostname",
        "endpoint.tls.issuerRef.names",
        "api.hosts.registrar",
        "api.ingress.tls.secret",
        "people.isuer",
        "issuer.image.digests",
        "issuer.volume",
        "issuer.service.annotation",
        "broker.volumeMount",
        "broker.service.annotation",
        "tls.internal.ca",
        "tls.internal.secrets.brokr",
        "tls.mutual.enable",
        "tls.internal.hostnames.registrar",
        "networkPolicy.edgeFrom",
        "hub.exposed",
        "hub.expose.annotation",
        "hub.expose.nodePorts.registrar",
        "hub.expose.componentAnnotations.registrar",
        "networkPolicy.brokerFrom",
        "networkPolicy.egress.externalCidr",
        "external.caSecrets",
        "external.uplinkUri",
        "database.clientCertificateSecrets.registrar",
        "external.clientCertificateSecrets.ingst",
        "broker.storage.sise",
        "database.users.registrar",
        "database.bundled.image.tags",
        "migrations.modes",
        "external.broker.uri",
        "external.serviceTokenSecrets.ingst",
        "networkPolicy.egress.cidrs",
        "monitoring.serviceMonitor.intervals",
        "monitoring.rules.label",
        "monitoring.rules.runbook",
        "monitoring.dashboards.label",
        "tracing.ratio",
        "collector.jeager",
        "argocd.waves",
        "tests.token",
        "tests.endpointCa",
        "gateway.parentRefs",
        "gateway.backendTls.ca",
        "firmware.storage.mode",
        "firmware.storage.whenDelete",
        "firmware.tenant",
        "firmware.devices.hosts",
        "firmware.devices.exclusiv",
        "firmware.storage.bucket.secret",
        "firmware.publicURL",
        "image.tags",
        "registry.autoscaling.max",
        "registry.podDisruptionBudget.min",
        "registry.service.annotation",
        "registry.serviceAccount.annotation",
        "database.bundled.priorityClass",
        "collector.podLabel",
        "registry.resources.request"
      })
  void aMisspeltKeyFailsWithItsName(String path) {
    var request = Request.of().with(path, "x");
    var refused = assertThrows(IllegalStateException.class, request::text);
    var message = refused.getMessage();
    var names = path.split("[.]");
    assertTrue(
        message.contains("'" + names[names.length - 1] + "'")
            || message.contains("'" + names[0] + "'"),
        message);
    assertTrue(message.contains("additional properties"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "image.variant, js",
    "site, a.b",
    "image.pullPolicy, Sometimes",
    "endpoint.type, LoadBalancers",
    "hub.expose.type, ClusterIP",
    "gateway.backendTls.version, v2",
    "endpoint.mqtts.port, 70000",
    "registry.image.digest, sha256:short",
    "database.sslMode, prefer",
    "firmware.storage.whenDeleted, Keep",
    "database.users.ingest, muster;drop",
    "people.algorithm, none",
    "people.issuer, ftp://x",
    "external.broker.url, http://broker",
    "external.uplinkUrl, mqtts://hub",
    "registry.settings.bogus, 1",
    "firmware.tenants[0], internal",
    "firmware.tenants[0], Acme/..",
    "firmware.publicUrl, https://updates.example.org/",
    "registry.resources.limits.memory, much",
    "tracing.publishRatio, 2",
    "ingest.replicas, -1"
  })
  void aValueThatCannotBeIsRefused(String path, String value) {
    Object typed = value.matches("-?[0-9]+") ? Integer.valueOf(value) : value;
    assertThrows(IllegalStateException.class, Request.of().with(path, typed)::text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry", "ingest", "command", "firmware"})
  void anAutoscalerThatLooksAtNothingIsRefused(String service) {
    var autoscaling = service + ".autoscaling.";
    var request =
        Request.of()
            .with("firmware.storage.accessMode", "ReadWriteMany")
            .with(autoscaling + "enabled", true)
            .with(autoscaling + "cpu", 0);
    var refused = assertThrows(IllegalStateException.class, request::text);
    assertTrue(refused.getMessage().contains(autoscaling.replaceAll("[.]$", ": by what?")));
    var byConnections =
        Rendering.of(request.with(autoscaling + "podMetrics.muster_endpoint_connections", "12000"));
    var metrics = byConnections.find("HorizontalPodAutoscaler", "muster-" + service).orElseThrow();
    assertEquals(1, metrics.tree().at("spec", "metrics").items().size());
  }

  @Test
  void everyObjectWithMembersIsClosed() {
    var open = new TreeSet<String>();
    SCHEMA.walk(
        "$",
        (path, schema) -> {
          var declares =
              schema.at("properties").members().size() > 0 && !path.endsWith(".properties");
          if (declares && !schema.at("additionalProperties").text().equals("false")) {
            open.add(path);
          }
        });
    assertEquals(new TreeSet<>(), open);
  }

  @Test
  void everyMemberOfTheSchemaHasADefaultAndAnExplanation() {
    var missing = new TreeSet<String>();
    collectMissing("", SCHEMA, VALUES, missing);
    missing.remove("global");
    assertEquals(new TreeSet<>(), missing);
  }

  private static void collectMissing(
      String path, Tree schema, Tree values, TreeSet<String> missing) {
    var reference = schema.at("$ref").text();
    var resolved =
        reference.isEmpty()
            ? schema
            : SCHEMA.at("$defs", reference.substring(reference.lastIndexOf('/') + 1));
    for (var member : resolved.at("properties").members().keySet()) {
      var below = path.isEmpty() ? member : path + "." + member;
      var value = values.at(member);
      if (!value.exists()) {
        missing.add(below);
      } else if (!value.members().isEmpty() && !isMap(below)) {
        collectMissing(below, resolved.at("properties", member), value, missing);
      }
    }
  }

  /** Those whose members are of Kubernetes, where the default need not name all. */
  private static boolean isMap(String path) {
    return path.endsWith("resources") || path.endsWith("ecurityContext");
  }

  @Test
  void anEdgeWithoutANameOfItsOwnIsRefused() {
    var refused = assertThrows(IllegalStateException.class, Request.of("values-edge.yaml")::text);
    assertTrue(refused.getMessage().contains("site: the name of this site"), refused.getMessage());
    var environment = Rendering.of(Renderings.EDGE).workload("ingest").containers().getFirst();
    assertTrue(environment.at("env").text().contains("name=MUSTER_SITE, value=lyon"));
    assertFalse(Rendering.of(Request.of()).workload("ingest").text().contains("MUSTER_SITE"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "migrations.mode | hook | migrations.mode",
        "database.host | db.example.org | database.bundled.enabled",
        "endpoint.proxyProtocol.enabled | true | endpoint.proxyProtocol.trusted",
        "registry.enabled | false | external.registryUrl",
        "external.uplinkUrl | https://x | site: the name of this site",
        "broker.enabled | false | external.broker.url",
        "external.serviceIssuer | https://x | external.serviceTokenSecrets",
        "tls.internal.provider | existing | tls.internal",
        "tls.mutual.enabled | true | tls.services.enabled",
        "gateway.backendTls.enabled | true | tls.services.enabled",
        "hub.expose.enabled | true | tls.mutual.enabled",
        "firmware.devices.exclusive | true | firmware.devices.enabled",
        "ingest.drain.timeoutSeconds | 60 | terminationGracePeriodSeconds",
        "ingest.drain.timeoutSeconds | 21 | at least twenty seconds more",
        "endpoint.mqtts.enabled | false | no port is enabled",
        "collector.enabled | true | collector.jaeger",
        "api.ingress.enabled | true | api.hosts",
        "registry.env[0].name | MUSTER_DATABASE_URL | MUSTER_DATABASE_URL",
        "database.bundled.enabled | false | database.host"
      })
  void whatDoesNotGoTogetherIsSaid(String path, String value, String said) {
    Object typed =
        value.matches("true|false")
            ? Boolean.valueOf(value)
            : value.matches("[0-9]+") ? Integer.valueOf(value) : value;
    var refused = assertThrows(IllegalStateException.class, Request.of().with(path, typed)::text);
    assertTrue(refused.getMessage().contains(said), refused.getMessage());
  }
}
