package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering.Request;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** firmware-service has two ports: one within the services' TLS, and one for devices. */
class DevicePortTest {
  private static final Request PRODUCTION = Request.of("values-production.yaml");

  private static TreeMap<String, String> environment(Rendering rendering) {
    var environment = new TreeMap<String, String>();
    for (var one : rendering.workload("firmware").containers().getFirst().at("env").items()) {
      environment.put(one.at("name").text(), one.at("value").text());
    }
    return environment;
  }

  private static String secret(Rendering rendering, String volume) {
    return rendering.workload("firmware").pod().at("volumes").items().stream()
        .filter(each -> each.at("name").text().equals(volume))
        .map(each -> each.at("secret", "secretName").text())
        .findFirst()
        .orElse("");
  }

  @Test
  void eachPortHasACertificateOfItsOwnAuthority() {
    var production = Rendering.of(PRODUCTION);
    var environment = environment(production);
    assertEquals("8084", environment.get("QUARKUS_HTTP_SSL_PORT"));
    assertEquals(
        "/var/run/muster/tls/tls.crt", environment.get("QUARKUS_HTTP_SSL_CERTIFICATE_FILES"));
    assertEquals("8444", environment.get("MUSTER_FIRMWARE_TLS_PORT"));
    assertEquals(
        "/var/run/muster/updates/tls.crt", environment.get("MUSTER_FIRMWARE_TLS_CERTIFICATE"));
    assertFalse(secret(production, "tls").isEmpty());
    assertFalse(secret(production, "updates").isEmpty());
    assertFalse(secret(production, "tls").equals(secret(production, "updates")));
    var inside = production.find("Certificate", secret(production, "tls")).orElseThrow().tree();
    assertEquals("muster-internal", inside.at("spec", "issuerRef", "name").text());
    var outside =
        production.find("Certificate", secret(production, "updates")).orElseThrow().tree();
    assertEquals("letsencrypt", outside.at("spec", "issuerRef", "name").text());
  }

  @Test
  void probesServiceMonitorAndCollectorSpeakHttpsWithTheMainPort() {
    var rendering = Rendering.of(Renderings.EVERYTHING_BY_TLS);
    var container = rendering.workload("firmware").containers().getFirst();
    for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertEquals("HTTPS", container.at(probe, "httpGet", "scheme").text());
      assertEquals("http", container.at(probe, "httpGet", "port").text());
    }
    var service = rendering.find("Service", "muster-firmware").orElseThrow().tree();
    var port = service.at("spec", "ports").items().getFirst();
    assertEquals("https", port.at("appProtocol").text());
    var monitor = rendering.find("ServiceMonitor", "muster-firmware").orElseThrow();
    assertTrue(monitor.text().contains("scheme: https"), monitor.text());
    var collector = rendering.find("ConfigMap", "muster-collector").orElseThrow();
    assertTrue(collector.text().contains("regex: registry|ingest|command|firmware\n"));
  }

  @Test
  void theServiceForDevicesLeadsToTheirPortAlone() {
    var updates = Rendering.of(PRODUCTION).find("Service", "muster-updates").orElseThrow().tree();
    var ports = updates.at("spec", "ports").items();
    assertEquals(1, ports.size());
    assertEquals("devices", ports.getFirst().at("targetPort").text());
  }

  @Test
  void devicesMayBeKeptAwayFromTheMainPort() {
    assertEquals(
        "true", environment(Rendering.of(PRODUCTION)).get("MUSTER_FIRMWARE_DDI_AT_MAIN_PORT"));
    var exclusive = PRODUCTION.with("firmware.devices.exclusive", true);
    assertEquals(
        "false", environment(Rendering.of(exclusive)).get("MUSTER_FIRMWARE_DDI_AT_MAIN_PORT"));
    var refused =
        assertThrows(
            IllegalStateException.class, exclusive.with("firmware.tenants[0]", "acme")::text);
    assertTrue(refused.getMessage().contains("firmware.tenants"), refused.getMessage());
  }

  @Test
  void eachIngressSpeaksHttpsAndLetsLargeBodiesThroughUnkept() {
    var ingresses = Rendering.of(PRODUCTION).of("Ingress");
    assertEquals(2, ingresses.size());
    for (var ingress : ingresses) {
      var annotations = ingress.tree().at("metadata", "annotations");
      var nginx = "nginx.ingress.kubernetes.io/";
      assertEquals("HTTPS", annotations.at(nginx + "backend-protocol").text(), ingress::name);
      // An import of devices, and an artifact.
      assertEquals("0", annotations.at(nginx + "proxy-body-size").text(), ingress::name);
      assertEquals("off", annotations.at(nginx + "proxy-request-buffering").text(), ingress::name);
    }
  }

  @Test
  void aGatewayIsToldToVerifyEachServiceThatItLeadsTo() {
    var rendering = Rendering.of(Renderings.EVERYTHING_BY_TLS);
    for (var route : rendering.of("HTTPRoute")) {
      var policy = rendering.find("BackendTLSPolicy", route.name()).orElseThrow().tree();
      var target = policy.at("spec", "targetRefs").items().getFirst();
      var service = rendering.find("Service", target.at("name").text()).orElseThrow().tree();
      assertEquals("http", service.at("spec", "ports").items().getFirst().at("name").text());
      assertEquals("http", target.at("sectionName").text());
      assertNamed(rendering, route.name(), policy.at("spec", "validation", "hostname").text());
      var authority = policy.at("spec", "validation", "caCertificateRefs").items().getFirst();
      assertEquals("muster-internal-ca", authority.at("name").text());
    }
    assertFalse(rendering.of("BackendTLSPolicy").isEmpty());
    assertTrue(Rendering.of(Renderings.EVERYTHING).of("BackendTLSPolicy").isEmpty());
  }

  /** The name that the Gateway looks for is in the certificate. */
  private static void assertNamed(Rendering rendering, String service, String hostname) {
    Tree certificate = rendering.find("Certificate", service + "-tls").orElseThrow().tree();
    assertTrue(certificate.at("spec", "dnsNames").texts().contains(hostname), hostname);
  }

  @Test
  void aGatewayWithoutTheAuthorityIsRefused() {
    var request =
        Request.of().with("tls.services.enabled", true).with("gateway.backendTls.enabled", true);
    var refused = assertThrows(IllegalStateException.class, request::text);
    assertTrue(refused.getMessage().contains("caConfigMap"), refused.getMessage());
  }
}
