package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Policies keep strangers out, and let through what pods are told to do. */
class NetworkPoliciesTest {
  private static final Pattern ADDRESS =
      Pattern.compile("(?:jdbc:)?([a-z]+)://([A-Za-z0-9.-]+)(?::([0-9]+))?");

  private static final Map<String, String> PORTS =
      Map.of("http", "80", "https", "443", "mqtts", "8883", "postgresql", "5432");

  private static final Request PRODUCTION = Request.of("values-production.yaml");

  /** With the way out closed, and as much outside of the release as may be. */
  static Stream<Rendering> closed() {
    var edge =
        Renderings.EDGE
            .with("networkPolicy.egress.enabled", true)
            .with("tracing.endpoint", "http://traces.example.org:4317");
    return Stream.of(
            PRODUCTION,
            PRODUCTION.with("tracing.endpoint", "http://traces.example.org:4317"),
            PRODUCTION.with("tracing.endpoint", "https://traces.example.org"),
            PRODUCTION
                .with("firmware.storage.bucket.name", "firmware")
                .with("firmware.storage.bucket.endpoint", "http://minio.example.org:9000"),
            PRODUCTION
                .with("networkPolicy.egress.externalCidrs[0]", "192.0.2.0/24")
                .with("external.broker.url", "mqtts://broker.example.org:18883"),
            PRODUCTION
                .with("external.broker.url", "mqtts://broker.example.org")
                .with("collector.enabled", true)
                .with("collector.jaeger", "jaeger:4317")
                .with("collector.prometheus", "http://prometheus:9090/api/v1/write"),
            edge,
            edge.with("external.registryUrl", "https://registry.example.org:18081"),
            Renderings.EVERYTHING,
            Renderings.EVERYTHING_BY_TLS)
        .map(Rendering::of);
  }

  /** EMQX is asked for by a setting, and lives in a file of values of its own. */
  static Stream<Rendering> all() {
    return Stream.concat(
        closed(),
        Stream.of(Rendering.of(Request.of("values-production.yaml", "values-emqx.yaml"))));
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyAddressThatAPodIsToldCanBeReached(Rendering rendering) {
    var external = new TreeSet<String>();
    for (var workload : rendering.workloads()) {
      var policy = policyOf(rendering, workload);
      for (var address : addresses(rendering, workload)) {
        var matcher = ADDRESS.matcher(address);
        assertTrue(matcher.find(), address);
        var port = matcher.group(3) == null ? PORTS.get(matcher.group(1)) : matcher.group(3);
        var service =
            rendering.of("Service").stream()
                .filter(each -> isAt(each, matcher.group(2)))
                .findFirst();
        if (service.isPresent()) {
          var called = rendering.selected(service.get().tree().at("spec", "selector")).getFirst();
          assertTrue(
              allows(policy, "egress", "to", called, port),
              () -> rendering + ": " + workload + " may not leave for " + address);
          assertTrue(
              allows(policyOf(rendering, called), "ingress", "from", workload, port),
              () -> rendering + ": " + called + " keeps out " + workload);
        } else {
          external.add(port);
          assertTrue(
              leavesAt(policy, port),
              () -> rendering + ": " + workload + " may not leave for " + address);
        }
      }
    }
    assertFalse(external.isEmpty());
  }

  @Test
  void theWayOutIsOpenAtNoOtherPortThanThoseOfTheAddresses() {
    var rendering = Rendering.of(PRODUCTION);
    for (var workload : rendering.workloads()) {
      var told = new TreeSet<>(List.of("53"));
      if (workload.podLabels().at("app.kubernetes.io/component").text().equals("issuer")) {
        told.addAll(List.of("443", "6443"));
      }
      for (var address : addresses(rendering, workload)) {
        var matcher = ADDRESS.matcher(address);
        assertTrue(matcher.find());
        told.add(matcher.group(3) == null ? PORTS.get(matcher.group(1)) : matcher.group(3));
      }
      for (var rule : policyOf(rendering, workload).tree().at("spec", "egress").items()) {
        assertTrue(rule.at("to").exists() || rule.at("ports").exists());
        for (var port : rule.at("ports").items()) {
          assertTrue(told.contains(port.at("port").text()), () -> workload + ": " + port);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void nobodyIsLetInWhoIsNotNamedButDevices(Rendering rendering) {
    for (var policy : rendering.of("NetworkPolicy")) {
      for (var rule : policy.tree().at("spec", "ingress").items()) {
        var ports = rule.at("ports").items().stream().map(port -> port.at("port").text()).toList();
        assertTrue(
            rule.at("from").exists()
                || List.of("1883", "8883", "8000", "8443", "8444").containsAll(ports),
            () -> rendering + ": " + policy + " " + ports);
        for (var peer : rule.at("from").items()) {
          assertFalse(
              peer.at("namespaceSelector").exists()
                  && peer.at("namespaceSelector").members().isEmpty()
                  && !peer.at("podSelector").exists(),
              () -> rendering + ": " + policy + " lets the whole cluster in");
        }
      }
    }
  }

  @Test
  void aFleetAtAnEmqxDoesNotKeepPeopleOut() {
    var rendering = Rendering.of(Request.of("values-production.yaml", "values-emqx.yaml"));
    var registry = rendering.find("NetworkPolicy", "muster-registry").orElseThrow();
    var letIn = new TreeSet<String>();
    for (var rule : registry.tree().at("spec", "ingress").items()) {
      for (var peer : rule.at("from").items()) {
        letIn.add(
            peer.at("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name").text());
      }
    }
    assertTrue(letIn.containsAll(List.of("emqx", "ingress-nginx", "monitoring")), letIn::toString);
    var ingest = rendering.find("NetworkPolicy", "muster-ingest").orElseThrow();
    assertFalse(ingest.text().contains("name: emqx"));
  }

  @Test
  void theCollectorOfTheReleaseReadsMetrics() {
    var rendering = Rendering.of(Renderings.EVERYTHING_BY_TLS);
    var collector = rendering.workload("collector");
    for (var component : List.of("registry", "ingest", "command", "firmware", "broker")) {
      var read = rendering.workload(component);
      var port =
          read.containers().getFirst().at("ports").items().stream()
              .filter(each -> each.at("name").text().equals("http"))
              .map(each -> each.at("containerPort").text())
              .findFirst()
              .orElseThrow();
      assertTrue(allows(policyOf(rendering, read), "ingress", "from", collector, port), component);
    }
  }

  @Test
  void aPodWhoseIdentityIsItsNodesToGiveMayAskForIt() {
    var agent = "cidr: 169.254.170.23/32";
    var bucket = PRODUCTION.with("firmware.storage.bucket.name", "firmware");
    for (var component : List.of("firmware", "registry", "ingest")) {
      var policy = Rendering.of(bucket).find("NetworkPolicy", "muster-" + component).orElseThrow();
      assertEquals(component.equals("firmware"), policy.text().contains(agent), component);
    }
    for (var other :
        List.of(PRODUCTION, bucket.with("firmware.storage.bucket.secretName", "muster-bucket"))) {
      var policy = Rendering.of(other).find("NetworkPolicy", "muster-firmware").orElseThrow();
      assertFalse(policy.text().contains(agent), other::toString);
    }
  }

  /** As DNS at another port: without it not even a migration finds its database. */
  @Test
  void furtherRulesHoldForEveryPodThatConnectsToSomething() {
    var request =
        PRODUCTION
            .with("networkPolicy.egress.extra[0].ports[0].port", 5353)
            // Where a migration is no hook, which Helm's library leaves out.
            .with("argocd.syncWaves", true);
    var policies = Rendering.of(request).of("NetworkPolicy");
    assertEquals(8, policies.size());
    for (var policy : policies) {
      var rules = policy.tree().at("spec", "egress").items();
      var further = rules.stream().filter(rule -> rule.at("ports").exists());
      assertTrue(further.anyMatch(rule -> hasPort(rule, "5353")), policy::toString);
    }
  }

  @Test
  void monitorsWithoutAPrometheusThatMayReadAreRefused() {
    var request = Request.of().with("monitoring.serviceMonitor.enabled", true);
    var refused = assertThrows(IllegalStateException.class, request::text);
    assertTrue(refused.getMessage().contains("networkPolicy.metricsFrom"), refused.getMessage());
    assertFalse(request.with("networkPolicy.enabled", false).text().isEmpty());
  }

  @Test
  void anExternalDatabaseThatNobodyMayReachIsRefused() {
    var request =
        Renderings.EDGE
            .with("networkPolicy.egress.enabled", true)
            .with("database.bundled.enabled", false)
            .with("database.existingSecret", "muster-database")
            .with("database.caSecret", "muster-database-ca")
            .with("database.host", "postgresql.example.org");
    var refused = assertThrows(IllegalStateException.class, request::text);
    assertTrue(refused.getMessage().contains("databaseCidrs"), refused.getMessage());
    var named = request.with("networkPolicy.egress.databaseCidrs[0]", "10.0.0.0/8");
    var policy = Rendering.of(named).find("NetworkPolicy", "muster-ingest").orElseThrow();
    assertTrue(leavesAt(policy, "5432"));
  }

  /** What a pod is told of by the chart, and connects to. */
  private static List<String> addresses(Rendering rendering, Manifest workload) {
    var addresses = new ArrayList<String>();
    for (var variable : workload.containers().getFirst().at("env").items()) {
      var value = variable.at("value").text();
      if (ADDRESS.matcher(value).find() && !variable.at("name").text().contains("_PUBLIC_")) {
        addresses.add(value);
      }
    }
    for (var volume : workload.pod().at("volumes").items()) {
      volume
          .at("configMap", "name")
          .ifText()
          .flatMap(name -> rendering.find("ConfigMap", name))
          .ifPresent(
              map -> {
                var text = map.tree().at("data", "application.properties").text();
                text += map.tree().at("data", "collector.yaml").text();
                // The endpoint of OTLP over gRPC has no scheme.
                text = text.replaceAll("endpoint: (jaeger:[0-9]+)", "endpoint: http://$1");
                var found = ADDRESS.matcher(text.replace("\\:", ":"));
                found.results().forEach(each -> addresses.add(each.group()));
              });
    }
    return addresses;
  }

  private static boolean isAt(Manifest service, String host) {
    return host.equals(service.name() + ".iot.svc");
  }

  private static Manifest policyOf(Rendering rendering, Manifest workload) {
    return rendering.of("NetworkPolicy").stream()
        .filter(
            each ->
                workload.podLabels().holds(each.tree().at("spec", "podSelector", "matchLabels")))
        .findFirst()
        .orElseThrow(() -> new AssertionError(rendering + ": no policy of " + workload));
  }

  /** Whether a rule in some direction has the pods of another workload as a peer, at a port. */
  private static boolean allows(
      Manifest policy, String direction, String peers, Manifest other, String port) {
    return policy.tree().at("spec", direction).items().stream()
        .filter(rule -> hasPort(rule, port))
        .flatMap(rule -> rule.at(peers).items().stream())
        .map(peer -> peer.at("podSelector", "matchLabels"))
        .anyMatch(labels -> labels.exists() && other.podLabels().holds(labels));
  }

  /** Whether it lets through to somewhere outside at a port. */
  private static boolean leavesAt(Manifest policy, String port) {
    return policy.tree().at("spec", "egress").items().stream()
        .filter(rule -> rule.at("ports").exists() && hasPort(rule, port))
        .anyMatch(
            rule ->
                !rule.at("to").exists()
                    || rule.at("to").items().stream().anyMatch(to -> to.at("ipBlock").exists()));
  }

  private static boolean hasPort(Tree rule, String port) {
    return !rule.at("ports").exists()
        || rule.at("ports").items().stream().anyMatch(each -> each.at("port").text().equals(port));
  }
}
