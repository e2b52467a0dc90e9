package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Tree;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one object says of another is so. */
class ReferencesTest {
  /** Secrets that the values files say an operator has made. */
  private static final Set<String> OPERATORS =
      Set.of(
          "muster-database",
          "muster-database-ca",
          "muster-database-registry",
          "muster-database-ingest",
          "muster-database-command",
          "muster-database-firmware",
          "muster-hub-client",
          "muster-own-ca",
          "muster-own-broker",
          "muster-own-registry",
          "muster-own-ingest",
          "muster-own-command",
          "muster-own-firmware",
          "muster-hub-ca",
          "muster-ingest-token",
          "muster-emqx",
          "muster-manifest-key",
          "muster-bucket",
          "muster-test-token");

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void selectorsOfWorkloadsMatchTheirOwnPodsAndNobodyElses(Rendering rendering) {
    for (var workload : rendering.of("Deployment", "StatefulSet", "DaemonSet")) {
      var selector = workload.tree().at("spec", "selector", "matchLabels");
      assertEquals(
          List.of(workload), rendering.selected(selector), () -> rendering + ": " + workload);
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void aServiceLeadsToPortsThatItsPodsHave(Rendering rendering) {
    for (var service : rendering.of("Service")) {
      var pods = rendering.selected(service.tree().at("spec", "selector"));
      assertEquals(1, pods.size(), () -> rendering + ": " + service);
      // Kubernetes refuses one without.
      assertFalse(
          service.tree().at("spec", "ports").items().isEmpty(), () -> rendering + ": " + service);
      for (var port : service.tree().at("spec", "ports").items()) {
        assertTrue(
            portNames(pods.getFirst()).contains(port.at("targetPort").text()),
            () -> rendering + ": " + service + " " + port);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void aStatefulSetsServiceIsThere(Rendering rendering) {
    for (var set : rendering.of("StatefulSet")) {
      var service = set.tree().at("spec", "serviceName").text();
      assertTrue(rendering.find("Service", service).isPresent(), () -> rendering + ": " + set);
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void probesAskPortsThatAreThere(Rendering rendering) {
    for (var workload : rendering.workloads()) {
      for (var container : workload.containers()) {
        for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
          var port = container.at(probe, "httpGet", "port");
          assertTrue(
              !port.exists() || portNames(workload).contains(port.text()),
              () -> rendering + ": " + workload + " " + probe);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void aBudgetAnAutoscalerAndAPolicyMeanSomebody(Rendering rendering) {
    for (var budget : rendering.of("PodDisruptionBudget")) {
      var selector = budget.tree().at("spec", "selector", "matchLabels");
      assertEquals(1, rendering.selected(selector).size(), () -> rendering + ": " + budget);
    }
    for (var autoscaler : rendering.of("HorizontalPodAutoscaler")) {
      var target = autoscaler.tree().at("spec", "scaleTargetRef");
      var workload = rendering.find(target.at("kind").text(), target.at("name").text());
      assertTrue(workload.isPresent(), () -> rendering + ": " + autoscaler);
      assertFalse(
          workload.get().tree().at("spec", "replicas").exists(),
          () -> rendering + ": " + autoscaler + " and " + workload.get() + " both say how many");
    }
    for (var policy : rendering.of("NetworkPolicy")) {
      var selector = policy.tree().at("spec", "podSelector", "matchLabels");
      // The pod of `helm test` is a hook, which Helm's library leaves out.
      var ofTest = selector.at("app.kubernetes.io/component").text().equals("test");
      assertEquals(
          ofTest ? 0 : 1, rendering.selected(selector).size(), () -> rendering + ": " + policy);
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void aPolicyOpensNoPortThatItsPodsDoNotHave(Rendering rendering) {
    for (var policy : rendering.of("NetworkPolicy")) {
      var ports = new TreeSet<String>();
      for (var pod : rendering.selected(policy.tree().at("spec", "podSelector", "matchLabels"))) {
        for (var container : pod.containers()) {
          container.at("ports").items().forEach(port -> ports.add(port.at("containerPort").text()));
        }
      }
      for (var rule : policy.tree().at("spec", "ingress").items()) {
        assertFalse(rule.at("ports").items().isEmpty(), () -> rendering + ": " + policy);
        for (var port : rule.at("ports").items()) {
          assertTrue(ports.contains(port.at("port").text()), () -> rendering + ": " + policy);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void everyPodHasAPolicyWhereTheyAreOn(Rendering rendering) {
    for (var workload : rendering.workloads()) {
      assertTrue(
          rendering.of("NetworkPolicy").stream()
              .anyMatch(
                  policy ->
                      workload
                          .podLabels()
                          .holds(policy.tree().at("spec", "podSelector", "matchLabels"))),
          () -> rendering + ": " + workload);
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void routesLeadToServicesAndToTheInterfacesForPeopleAlone(Rendering rendering) {
    for (var ingress : rendering.of("Ingress")) {
      for (var rule : ingress.tree().at("spec", "rules").items()) {
        for (var path : rule.at("http", "paths").items()) {
          var service = path.at("backend", "service");
          assertIsForOutside(path.at("path").text(), service.at("name").text());
          assertTrue(
              servicePorts(rendering, service.at("name").text())
                  .contains(service.at("port", "name").text()));
        }
      }
    }
    for (var route : rendering.of("HTTPRoute", "TCPRoute")) {
      for (var rule : route.tree().at("spec", "rules").items()) {
        for (var match : rule.at("matches").items()) {
          var path = match.at("path", "value").text();
          rule.at("backendRefs")
              .items()
              .forEach(backend -> assertIsForOutside(path, backend.at("name").text()));
        }
        for (var backend : rule.at("backendRefs").items()) {
          assertTrue(
              servicePorts(rendering, backend.at("name").text())
                  .contains(backend.at("port").text()),
              () -> rendering + ": " + route);
        }
      }
    }
  }

  /** Neither /internal nor /broker nor /q: people's interfaces, and those for devices. */
  private static void assertIsForOutside(String path, String service) {
    var forDevices =
        path.equals("/acme/controller/v1") && service.endsWith("-firmware")
            || path.equals("/mqtt") && service.endsWith("-websocket");
    assertTrue(path.equals("/api") || forDevices, path);
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void monitorsReadEveryProcessThatHasMetrics(Rendering rendering) {
    for (var kind : List.of("ServiceMonitor", "PodMonitor")) {
      for (var monitor : rendering.of(kind)) {
        var selector = monitor.tree().at("spec", "selector", "matchLabels");
        var workloads = rendering.selected(selector);
        assertEquals(1, workloads.size(), () -> rendering + ": " + monitor);
        assertTrue(portNames(workloads.getFirst()).contains("http"));
        assertTrue(
            rendering.of("Service").stream().anyMatch(each -> each.labels().holds(selector)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void everyMountHasAVolumeAndEveryVolumeAMount(Rendering rendering) {
    for (var workload : rendering.workloads()) {
      var volumes = new TreeSet<String>();
      workload.pod().at("volumes").items().forEach(each -> volumes.add(each.at("name").text()));
      workload
          .tree()
          .at("spec", "volumeClaimTemplates")
          .items()
          .forEach(each -> volumes.add(each.at("metadata", "name").text()));
      var mounts = new TreeSet<String>();
      for (var container : workload.containers()) {
        var paths = new HashSet<String>();
        for (var mount : container.at("volumeMounts").items()) {
          mounts.add(mount.at("name").text());
          assertTrue(paths.add(mount.at("mountPath").text()), () -> rendering + ": " + workload);
        }
      }
      assertEquals(volumes, mounts, () -> rendering + ": " + workload);
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void whatIsMountedIsMadeBySomebody(Rendering rendering) {
    var made = madeSecrets(rendering);
    for (var workload : rendering.workloads()) {
      for (var volume : workload.pod().at("volumes").items()) {
        volume
            .at("secret", "secretName")
            .ifText()
            .ifPresent(name -> assertTrue(made.contains(name), () -> rendering + ": " + name));
        volume
            .at("configMap", "name")
            .ifText()
            .ifPresent(
                name -> assertTrue(rendering.find("ConfigMap", name).isPresent(), () -> name));
        volume
            .at("persistentVolumeClaim", "claimName")
            .ifText()
            .ifPresent(
                name ->
                    assertTrue(
                        rendering.find("PersistentVolumeClaim", name).isPresent(), () -> name));
      }
      for (var container : workload.containers()) {
        for (var variable : container.at("env").items()) {
          variable
              .at("valueFrom", "secretKeyRef", "name")
              .ifText()
              .ifPresent(name -> assertTrue(made.contains(name), () -> rendering + ": " + name));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void theIssuerMayTouchJustTheSecretsThatItMakes(Rendering rendering) {
    var role = rendering.find("Role", "muster-issuer");
    if (role.isEmpty()) {
      return;
    }
    var named = new TreeSet<String>();
    for (var rule : role.get().tree().at("rules").items()) {
      assertEquals(List.of("secrets"), rule.at("resources").texts());
      if (rule.at("resourceNames").exists()) {
        named.addAll(rule.at("resourceNames").texts());
      } else {
        assertEquals(List.of("create"), rule.at("verbs").texts());
      }
    }
    assertEquals(issuersSecrets(rendering), named);
  }

  static Set<String> issuersSecrets(Rendering rendering) {
    var secrets = new TreeSet<String>();
    rendering
        .find("ConfigMap", "muster-issuer")
        .ifPresent(
            settings -> {
              for (var line : settings.tree().at("data", "issuer.properties").text().split("\n")) {
                var name = line.split("=")[0];
                var value = line.substring(line.indexOf('=') + 1);
                if (name.matches("keys|administrator|authority|token[.].*")) {
                  secrets.add(value);
                } else if (name.matches("(certificate|passwords)[.].*")) {
                  secrets.add(name.substring(name.indexOf('.') + 1));
                }
              }
            });
    return secrets;
  }

  private static Set<String> madeSecrets(Rendering rendering) {
    var made = new TreeSet<>(OPERATORS);
    made.addAll(issuersSecrets(rendering));
    for (var certificate : rendering.of("Certificate")) {
      made.add(certificate.tree().at("spec", "secretName").text());
    }
    return made;
  }

  private static Set<String> portNames(Manifest workload) {
    var names = new TreeSet<String>();
    for (var container : workload.containers()) {
      for (Tree port : container.at("ports").items()) {
        assertTrue(names.add(port.at("name").text()), () -> workload + " " + port);
      }
    }
    return names;
  }

  private static Set<String> servicePorts(Rendering rendering, String name) {
    var ports = new TreeSet<String>();
    var service = rendering.find("Service", name).orElseThrow();
    for (var port : service.tree().at("spec", "ports").items()) {
      ports.add(port.at("name").text());
      ports.add(port.at("port").text());
    }
    return ports;
  }
}
