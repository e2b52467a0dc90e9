package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering.Request;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** MQTT over WebSocket without TLS is for a proxy that ends TLS, and for nobody else. */
class WebSocketRouteTest {
  private static final String NAME = "muster-websocket";
  private static final String HOST = "ws.example.org";

  private final Rendering rendering = Rendering.of(Renderings.WEB_SOCKET);

  private Tree spec(String kind, String name) {
    return rendering.find(kind, name).orElseThrow().tree().at("spec");
  }

  @Test
  void anIngressOfItsOwnLeadsThereAndNotByHttps() {
    var ingress = rendering.find("Ingress", NAME).orElseThrow().tree();
    var annotations = ingress.at("metadata", "annotations");
    assertEquals("an hour", annotations.at("timeout").text());
    assertFalse(annotations.at("nginx.ingress.kubernetes.io/backend-protocol").exists());
    var rule = ingress.at("spec", "rules").items().getFirst();
    assertEquals(HOST, rule.at("host").text());
    var path = rule.at("http", "paths").items().getFirst();
    assertEquals("Exact", path.at("pathType").text());
    assertEquals("/mqtt", path.at("path").text());
    assertEquals(NAME, path.at("backend", "service", "name").text());
    assertEquals(List.of(HOST), ingress.at("spec", "tls").items().getFirst().at("hosts").texts());
    var certificate = spec("Certificate", "muster-api-tls");
    assertTrue(certificate.at("dnsNames").texts().contains(HOST));
  }

  @Test
  void aGatewayLeadsThereAsWell() {
    var route = spec("HTTPRoute", NAME);
    assertEquals(List.of(HOST), route.at("hostnames").texts());
    var rule = route.at("rules").items().getFirst();
    assertEquals("/mqtt", rule.at("matches").items().getFirst().at("path", "value").text());
    assertEquals(NAME, rule.at("backendRefs").items().getFirst().at("name").text());
    assertTrue(rendering.find("TCPRoute", "muster-endpoint-mqtts").isPresent());
    assertTrue(rendering.find("TCPRoute", "muster-endpoint-ws").isEmpty());
  }

  @Test
  void nobodyElseReachesThePort() {
    assertEquals("ClusterIP", spec("Service", NAME).at("type").text());
    var outside = new TreeSet<String>();
    for (var port : spec("Service", "muster-endpoint").at("ports").items()) {
      outside.add(port.at("name").text());
    }
    assertEquals(new TreeSet<>(List.of("mqtts")), outside);
    var found = 0;
    for (var rule : spec("NetworkPolicy", "muster-ingest").at("ingress").items()) {
      if (rule.at("ports").items().stream()
          .anyMatch(each -> each.at("port").text().equals("8000"))) {
        found++;
        assertTrue(rule.at("from").text().contains("ingress-nginx"), rule::toString);
      }
    }
    assertEquals(1, found);
  }

  @Test
  void thePathIsThatOfTheEndpoint() {
    var config =
        Checkout.read("ingest-service/src/main/java/io/muster/ingest/endpoint/EndpointConfig.java");
    assertTrue(config.contains("@WithDefault(\"/mqtt\")\n    String path();"));
    var other =
        Rendering.of(
            Renderings.WEB_SOCKET.with(
                "ingest.settings.muster\\.endpoint\\.websocket\\.path", "/devices"));
    for (var kind : List.of("Ingress", "HTTPRoute")) {
      assertTrue(other.find(kind, NAME).orElseThrow().text().contains(": /devices\n"), kind);
    }
  }

  @Test
  void aRouteThatLeadsNowhereIsRefused() {
    var route = Request.of().with("endpoint.webSocketRoute.host", HOST);
    assertRefused(route, "needs endpoint.ws.enabled");
    var open = route.with("endpoint.ws.enabled", true);
    assertRefused(open, "needs api.ingress.enabled");
    assertRefused(
        open.with("endpoint.proxyProtocol.enabled", true)
            .with("endpoint.proxyProtocol.trusted[0]", "10.0.0.0/8"),
        "PROXY protocol");
    // The policy of ingest-service would open the port to nobody.
    var closed = open.with("api.ingress.enabled", true);
    assertRefused(closed, "networkPolicy.apiFrom");
    var unguarded = Rendering.of(closed.with("networkPolicy.enabled", false));
    assertTrue(unguarded.find("Ingress", NAME).isPresent());
    // Of nothing but WebSocket.
    var alone =
        closed
            .with("endpoint.mqtts.enabled", false)
            .with("networkPolicy.apiFrom[0].podSelector.matchLabels.ingress", "yes");
    assertTrue(Rendering.of(alone).find("Service", "muster-endpoint").isEmpty());
    assertTrue(Rendering.of(alone).find("Ingress", NAME).isPresent());
  }

  /** The address that devices are told is of one host. */
  @Test
  void aWildcardIsNoHostOfIt() {
    var wildcard = Renderings.WEB_SOCKET.with("endpoint.webSocketRoute.host", "*.example.org");
    assertRefused(wildcard, "'*.example.org' does not match pattern");
  }

  private static void assertRefused(Request request, String why) {
    var refused = assertThrows(IllegalStateException.class, request::text);
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }
}
