package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Tree;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** In YAML what begins with an asterisk is something else than a text. */
class WildcardsTest {
  private final Rendering rendering =
      Rendering.of(
          Renderings.EVERYTHING_BY_TLS
              .with("api.hosts.registry", "*.registry.example.org")
              .with("api.hosts.firmware", "*.updates.example.org")
              .with("api.ingress.tls.issuerRef.kind", "ClusterIssuer")
              .with("api.ingress.tls.issuerRef.name", "letsencrypt")
              .with("endpoint.hostnames[0]", "*.mqtt.example.org")
              .with("firmware.devices.hostnames[0]", "*.devices.example.org")
              .with("firmware.devices.tls.issuerRef.kind", "ClusterIssuer")
              .with("firmware.devices.tls.issuerRef.name", "letsencrypt")
              .with("tls.internal.hostnames.broker[0]", "*.hub.example.org"));

  private Tree spec(String kind, String name) {
    return rendering.find(kind, name).orElseThrow().tree().at("spec");
  }

  @Test
  void certificatesHoldThem() {
    var held = new TreeSet<String>();
    for (var certificate : rendering.of("Certificate")) {
      held.addAll(certificate.tree().at("spec", "dnsNames").texts());
    }
    for (var name : List.of("registry", "updates", "mqtt", "devices", "hub")) {
      assertTrue(held.contains("*." + name + ".example.org"), held::toString);
    }
  }

  @Test
  void theIngressAndTheGatewayRouteThem() {
    var host = "*.registry.example.org";
    var ingress = spec("Ingress", "muster-api");
    assertEquals(host, ingress.at("rules").items().getFirst().at("host").text());
    assertTrue(ingress.at("tls").items().getFirst().at("hosts").texts().contains(host));
    assertEquals(List.of(host), spec("HTTPRoute", "muster-registry").at("hostnames").texts());
  }
}
