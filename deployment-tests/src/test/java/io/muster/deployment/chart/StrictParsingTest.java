package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kubernetes drops fields that it does not know; here they are errors. */
class StrictParsingTest {
  /** Kinds of others, with the members of `spec` that they are used with here. */
  private static final Map<String, Set<String>> OTHERS =
      Map.of(
          "cert-manager.io/v1/Issuer",
          Set.of("selfSigned", "ca"),
          "cert-manager.io/v1/Certificate",
          Set.of(
              "isCA",
              "commonName",
              "secretName",
              "duration",
              "renewBefore",
              "privateKey",
              "issuerRef",
              "dnsNames",
              "usages"),
          "monitoring.coreos.com/v1/ServiceMonitor",
          Set.of("selector", "endpoints"),
          "monitoring.coreos.com/v1/PodMonitor",
          Set.of("selector", "podMetricsEndpoints"),
          "monitoring.coreos.com/v1/PrometheusRule",
          Set.of("groups"),
          "gateway.networking.k8s.io/v1/HTTPRoute",
          Set.of("parentRefs", "hostnames", "rules"),
          "gateway.networking.k8s.io/v1/BackendTLSPolicy",
          Set.of("targetRefs", "validation"),
          "gateway.networking.k8s.io/v1alpha2/TCPRoute",
          Set.of("parentRefs", "rules"));

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void everyFieldIsOneThatKubernetesKnows(Rendering rendering) {
    assertTrue(rendering.manifests().size() > 10);
    for (var manifest : rendering.manifests()) {
      var others = OTHERS.get(manifest.apiVersion() + "/" + manifest.kind());
      if (others == null) {
        assertDoesNotThrow(
            () -> KubernetesTypes.parse(manifest), () -> rendering + ": " + manifest);
      } else {
        assertTrue(
            others.containsAll(manifest.tree().at("spec").members().keySet()),
            () -> rendering + ": " + manifest);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void noObjectComesTwice(Rendering rendering) {
    var seen = new HashSet<String>();
    for (var manifest : rendering.manifests()) {
      assertTrue(seen.add(manifest.toString()), () -> rendering + ": " + manifest);
      assertEquals("iot", manifest.tree().at("metadata", "namespace").text());
    }
  }

  /** Versions of interfaces and fields are those of the oldest that the chart is for. */
  @Test
  void theOldestVersionOfKubernetesThatIsPromisedGetsTheSameAsANewOne() {
    var oldest =
        Tree.parse(Checkout.read("helm/muster/Chart.yaml"))
            .at("kubeVersion")
            .text()
            .replaceAll(">=([0-9.]+)-0", "$1");
    for (var request : List.of(Rendering.Request.of(), Renderings.EVERYTHING_BY_TLS)) {
      assertEquals(request.text("1.35.0"), request.text(oldest));
    }
    var refused =
        assertThrows(IllegalStateException.class, () -> Rendering.Request.of().text("1.29.15"));
    assertTrue(refused.getMessage().contains("kubeVersion"), refused.getMessage());
  }

  @Test
  void aMisspeltFieldAMissingSelectorAndARemovedVersionWouldBeSeen() {
    var deployment =
        Rendering.of(Rendering.Request.of()).find("Deployment", "muster-registry").orElseThrow();
    assertDoesNotThrow(() -> KubernetesTypes.parse(deployment));
    for (var wrong :
        new String[] {
          deployment.text().replace("terminationGracePeriodSeconds", "terminationGraceSeconds"),
          deployment.text().replaceFirst("(?m)^  selector:", "  selectors:"),
          deployment.text().replace("apps/v1", "apps/v1beta1"),
          deployment.text().replace("containerPort: 8081", "containerPort: http")
        }) {
      assertThrows(Throwable.class, () -> KubernetesTypes.parse(manifest(wrong)));
    }
  }

  private static Manifest manifest(String text) {
    return new Manifest(text, Tree.parse(text));
  }
}
