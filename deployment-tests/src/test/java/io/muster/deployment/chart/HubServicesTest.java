package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.chart.Rendering.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What edges reach of a hub, and who is let in there. */
class HubServicesTest {
  private static final Map<String, String> PORTS =
      Map.of("registry", "8081", "ingest", "8082", "broker", "1884");

  private static final Request HUB =
      named("values-production.yaml")
          .with("networkPolicy.edgesFrom[0].ipBlock.cidr", "10.64.0.0/10");

  /** One whose Services have names, and that says not who its edges are. */
  private static Request named(String... files) {
    return Request.of(files)
        .with("hub.expose.enabled", true)
        .with("tls.internal.hostnames.registry[0]", "registry.hub.example.org")
        .with("tls.internal.hostnames.ingest[0]", "ingest.hub.example.org")
        .with("tls.internal.hostnames.broker[0]", "broker.hub.example.org");
  }

  private static Manifest service(Rendering rendering, String component) {
    return rendering.find("Service", "muster-" + component + "-edges").orElseThrow();
  }

  @Test
  void nothingIsReachedFromOutsideUnlessAsked() {
    for (var service : Rendering.of(Request.of("values-production.yaml")).of("Service")) {
      assertFalse(service.name().endsWith("-edges"), service::toString);
    }
  }

  @Test
  void edgesReachOnePortOfEachAndNoMore() {
    var rendering = Rendering.of(HUB);
    var exposed = new TreeMap<String, String>();
    for (var service : rendering.of("Service")) {
      if (service.name().endsWith("-edges")) {
        var spec = service.tree().at("spec");
        assertEquals("LoadBalancer", spec.at("type").text());
        // Otherwise a node's address would stand for the caller's, and its policy refuse everybody.
        assertEquals("Local", spec.at("externalTrafficPolicy").text());
        assertEquals(List.of("10.64.0.0/10"), spec.at("loadBalancerSourceRanges").texts());
        assertEquals(1, spec.at("ports").items().size());
        var port = spec.at("ports").items().getFirst();
        // A monitor asks at ports of that name, and would find each pod twice.
        assertFalse(port.at("name").text().equals("http"));
        var pod = rendering.selected(spec.at("selector")).getFirst();
        var target =
            pod.containers().getFirst().at("ports").items().stream()
                .filter(each -> each.at("name").equals(port.at("targetPort")))
                .map(each -> each.at("containerPort").text())
                .findFirst()
                .orElseThrow();
        assertEquals(port.at("port").text(), target);
        exposed.put(pod.podLabels().at("app.kubernetes.io/component").text(), target);
      }
    }
    assertEquals(PORTS, exposed);
  }

  @ParameterizedTest
  @CsvSource({"registry", "ingest", "broker"})
  void whoIsReachedShowsACertificateAsksForOneAndLetsEdgesIn(String component) {
    var rendering = Rendering.of(HUB);
    var certificate = rendering.find("Certificate", "muster-" + component + "-tls").orElseThrow();
    var names = certificate.tree().at("spec", "dnsNames").texts();
    assertTrue(names.contains(component + ".hub.example.org"), names::toString);
    var policy = rendering.find("NetworkPolicy", "muster-" + component).orElseThrow().tree();
    var port = PORTS.get(component);
    assertTrue(
        policy.at("spec", "ingress").items().stream()
            .filter(rule -> rule.at("from").text().contains("cidr=10.64.0.0/10"))
            .anyMatch(rule -> rule.at("ports").items().getFirst().at("port").text().equals(port)));
    var environment = rendering.workload(component).containers().getFirst().at("env").text();
    assertTrue(environment.contains("_CLIENT_AUTHORITY"), environment);
  }

  @Test
  void howItIsReachedIsTheOperatorsToSay() {
    var rendering =
        Rendering.of(
            HUB.with("hub.expose.annotations.where", "within")
                .with("hub.expose.componentAnnotations.broker.where", "elsewhere")
                .with("hub.expose.loadBalancerClass", "private")
                .with("hub.expose.loadBalancerSourceRanges[0]", "192.0.2.0/24"));
    var registry = service(rendering, "registry").tree();
    assertEquals("within", registry.at("metadata", "annotations", "where").text());
    assertEquals("private", registry.at("spec", "loadBalancerClass").text());
    assertEquals(List.of("192.0.2.0/24"), registry.at("spec", "loadBalancerSourceRanges").texts());
    var broker = service(rendering, "broker").tree();
    assertEquals("elsewhere", broker.at("metadata", "annotations", "where").text());
  }

  /** As one takes back what another file of values says. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{annotations: {where: within}, componentAnnotations: {broker: null}}",
        "{annotations: {where: within}, componentAnnotations: null}"
      })
  void annotationsOfOneAreTakenBackByNull(String expose, @TempDir Path folder) throws IOException {
    var values = "hub: {expose: " + expose + "}";
    var file = Files.writeString(folder.resolve("expose.yaml"), values);
    var rendering =
        Rendering.of(
            named("values-production.yaml", file.toString())
                .with("networkPolicy.edgesFrom[0].ipBlock.cidr", "10.64.0.0/10"));
    var annotations = service(rendering, "broker").tree().at("metadata", "annotations");
    assertEquals(Map.of("where", "within"), annotations.members());
  }

  @Test
  void portsOfNodesAreChosenOrSaid() {
    var nodes =
        Rendering.of(
            HUB.with("hub.expose.type", "NodePort").with("hub.expose.nodePorts.broker", 31884));
    var broker = service(nodes, "broker").tree().at("spec");
    assertEquals("NodePort", broker.at("type").text());
    assertFalse(broker.at("loadBalancerSourceRanges").exists());
    assertEquals("31884", broker.at("ports").items().getFirst().at("nodePort").text());
    var registry = service(nodes, "registry").tree().at("spec", "ports").items().getFirst();
    assertFalse(registry.at("nodePort").exists());
  }

  @Test
  void aBrokerOfYourOwnIsYoursToExpose() {
    var rendering =
        Rendering.of(
            HUB.with("broker.enabled", false)
                .with("external.broker.url", "mqtts://broker.example.org:8883"));
    assertTrue(rendering.find("Service", "muster-broker-edges").isEmpty());
    assertTrue(rendering.find("Service", "muster-registry-edges").isPresent());
  }

  @Test
  void whatEdgesCouldNotUseIsRefused() {
    var nobody = Request.of("values-production.yaml").with("hub.expose.enabled", true);
    assertRefused(nobody, "networkPolicy.edgesFrom");
    var unnamed = nobody.with("networkPolicy.edgesFrom[0].ipBlock.cidr", "10.64.0.0/10");
    assertRefused(unnamed, "tls.internal.hostnames.registry");
    assertRefused(HUB.with("tls.mutual.enabled", false), "tls.mutual.enabled");
  }

  /**
   * Without network policies a hub needs no `edgesFrom`, and pods and namespaces are no networks.
   */
  @Test
  void aLoadBalancerThatLetsEverybodyInIsRefused() {
    var open = named("values-production.yaml");
    var byPods = open.with("networkPolicy.edgesFrom[0].podSelector.matchLabels.edge", "yes");
    for (var request : List.of(open.with("networkPolicy.enabled", false), byPods)) {
      assertRefused(request, "hub.expose.loadBalancerSourceRanges");
      var said =
          Rendering.of(request.with("hub.expose.loadBalancerSourceRanges[0]", "10.64.0.0/10"));
      var spec = service(said, "registry").tree().at("spec");
      assertEquals(List.of("10.64.0.0/10"), spec.at("loadBalancerSourceRanges").texts());
      // Who reaches a port of the nodes is the network's to say.
      var nodes = Rendering.of(request.with("hub.expose.type", "NodePort"));
      assertEquals("NodePort", service(nodes, "registry").tree().at("spec", "type").text());
    }
  }

  private static void assertRefused(Request request, String said) {
    var refused = assertThrows(IllegalStateException.class, request::text);
    assertTrue(refused.getMessage().contains(said), refused.getMessage());
  }
}
