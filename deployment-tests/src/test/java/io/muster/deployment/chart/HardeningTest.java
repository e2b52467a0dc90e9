package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pods are within the Pod Security Standard "restricted", and say what they need. */
class HardeningTest {
  /** Volumes that "restricted" permits, of those that are used. */
  private static final Set<String> VOLUMES =
      Set.of("name", "emptyDir", "configMap", "secret", "persistentVolumeClaim");

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void podsAreRestricted(Rendering rendering) {
    for (var workload : rendering.workloads()) {
      if (!readsLogsOfTheNode(workload)) {
        assertRestricted(workload, rendering + ": " + workload);
      }
    }
  }

  /** The Pod Security Standard, and a root file system that cannot be written. */
  static void assertRestricted(Manifest workload, String where) {
    var pod = workload.pod();
    var context = pod.at("securityContext");
    assertEquals("true", context.at("runAsNonRoot").text(), where);
    assertNotEquals("0", context.at("runAsUser").text(), where);
    assertEquals("RuntimeDefault", context.at("seccompProfile", "type").text(), where);
    for (var own : List.of("sysctls", "seLinuxOptions", "appArmorProfile", "windowsOptions")) {
      assertFalse(context.at(own).exists(), where);
    }
    for (var shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
      assertFalse(pod.at(shared).exists(), where);
    }
    for (var volume : pod.at("volumes").items()) {
      assertTrue(VOLUMES.containsAll(volume.members().keySet()), () -> where + " " + volume);
    }
    assertFalse(pod.at("containers").items().isEmpty(), where);
    workload.containers().forEach(container -> assertRestricted(container, where));
  }

  private static void assertRestricted(Tree container, String where) {
    var context = container.at("securityContext");
    assertEquals("false", context.at("allowPrivilegeEscalation").text(), where);
    assertEquals("true", context.at("readOnlyRootFilesystem").text(), where);
    assertEquals(List.of("ALL"), context.at("capabilities", "drop").texts(), where);
    assertFalse(context.at("capabilities", "add").exists(), where);
    for (var own : List.of("privileged", "procMount", "runAsNonRoot", "runAsUser")) {
      assertFalse(context.at(own).exists(), where);
    }
    for (var port : container.at("ports").items()) {
      assertFalse(port.at("hostPort").exists(), where);
    }
  }

  @Test
  void onlyTheReaderOfLogsTakesAFolderOfTheNodeAndOnlyWhenAsked() {
    for (var rendering : Renderings.all().toList()) {
      var readers = rendering.workloads().stream().filter(HardeningTest::readsLogsOfTheNode);
      var asked = !rendering.of("DaemonSet").isEmpty();
      assertEquals(asked ? 1 : 0, readers.count(), rendering.name());
    }
    var reader = Rendering.of(Renderings.EVERYTHING).of("DaemonSet").getFirst();
    for (var mount : reader.containers().getFirst().at("volumeMounts").items()) {
      assertEquals("true", mount.at("readOnly").text());
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void everyContainerSaysWhatItNeeds(Rendering rendering) {
    for (var workload : rendering.workloads()) {
      for (var container : workload.containers()) {
        var resources = container.at("resources");
        for (var path : List.of("requests.cpu", "requests.memory", "limits.memory")) {
          assertTrue(
              resources.at(path.split("[.]")).exists(), () -> rendering + ": " + workload + path);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void everyContainerThatRunsOnIsAskedAfterItsHealth(Rendering rendering) {
    for (var workload : rendering.workloads()) {
      if (workload.runsOn()) {
        for (var container : workload.pod().at("containers").items()) {
          for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertTrue(container.at(probe).exists(), () -> rendering + ": " + workload + probe);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void onlyThoseHaveATokenThatAskKubernetesSomething(Rendering rendering) {
    var with = new TreeSet<String>();
    for (var workload : rendering.workloads()) {
      var account = workload.pod().at("serviceAccountName");
      if (account.exists()) {
        var found = rendering.find("ServiceAccount", account.text()).orElseThrow();
        assertEquals("false", found.tree().at("automountServiceAccountToken").text());
      }
      if (!workload.pod().at("automountServiceAccountToken").text().equals("false")) {
        with.add(workload.podLabels().at("app.kubernetes.io/component").text());
        var bound =
            rendering.of("RoleBinding").stream()
                .anyMatch(
                    each ->
                        each.tree().at("subjects").items().getFirst().at("name").equals(account));
        assertTrue(bound, () -> rendering + ": " + workload + " has a token and no rights");
      }
    }
    assertTrue(Set.of("issuer", "collector").containsAll(with), () -> rendering + ": " + with);
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void whatMustEndInOrderGetsTheTimeForIt(Rendering rendering) {
    rendering.workloads().stream()
        .filter(each -> each.podLabels().at("app.kubernetes.io/component").text().equals("ingest"))
        .forEach(
            ingest -> {
              var grace = Integer.parseInt(ingest.pod().at("terminationGracePeriodSeconds").text());
              var sleep =
                  ingest.containers().getFirst().at("lifecycle", "preStop", "sleep", "seconds");
              var drain = seconds(ingest, "MUSTER_ENDPOINT_DRAIN_TIMEOUT");
              var requests = shutdownTimeout();
              var spread = seconds(ingest, "MUSTER_ENDPOINT_DRAIN_SPREAD");
              assertTrue(spread <= drain, rendering.name());
              // Quarkus waits for requests before devices are sent away; five more are to end.
              var needed = Integer.parseInt(sleep.text()) + requests + drain + 5;
              assertTrue(grace >= needed, rendering.name());
            });
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void anUpgradeNeverTakesTheLastOneAway(Rendering rendering) {
    for (var name : List.of("registry", "ingest", "command")) {
      rendering
          .find("Deployment", "muster-" + name)
          .ifPresent(
              deployment -> {
                var strategy = deployment.tree().at("spec", "strategy");
                assertEquals("RollingUpdate", strategy.at("type").text());
                assertEquals("0", strategy.at("rollingUpdate", "maxUnavailable").text());
              });
    }
  }

  private static int shutdownTimeout() {
    var settings = Checkout.read("ingest-service/src/main/resources/application.properties");
    var timeout = Pattern.compile("(?m)^quarkus\\.shutdown\\.timeout=(\\d+)S$").matcher(settings);
    assertTrue(timeout.find());
    return Integer.parseInt(timeout.group(1));
  }

  private static int seconds(Manifest workload, String variable) {
    return workload.containers().getFirst().at("env").items().stream()
        .filter(each -> each.at("name").text().equals(variable))
        .map(each -> Integer.parseInt(each.at("value").text().replace("s", "")))
        .findFirst()
        .orElseThrow();
  }

  private static boolean readsLogsOfTheNode(Manifest workload) {
    return workload.podLabels().at("app.kubernetes.io/component").text().equals("logs");
  }
}
