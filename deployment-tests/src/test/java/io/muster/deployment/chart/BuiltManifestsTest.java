package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The manifest that a service's own build makes of its settings ({@code quarkus-kubernetes}), and
 * what the chart says of it. Without a build there is none: then these are skipped, and with {@code
 * CI=true} they fail.
 */
class BuiltManifestsTest {
  private static final Rendering CHART = Rendering.of(Rendering.Request.of());

  @ParameterizedTest
  @CsvSource({
    "registry, device-registry",
    "ingest, ingest-service",
    "command, command-service",
    "firmware, firmware-service"
  })
  void portsProbesAndEnvironmentAreThoseOfTheBuild(String component, String module) {
    var built = container(manifest(module, "Deployment").at("spec", "template", "spec"));
    var rendered = CHART.workload(component).containers().getFirst();

    assertEquals(module, rendered.at("name").text());
    assertEquals(module, built.at("name").text());
    assertEquals(ports(built), ports(rendered));
    for (var probe : new String[] {"startupProbe", "livenessProbe", "readinessProbe"}) {
      assertEquals(probe(built.at(probe)), probe(rendered.at(probe)), probe);
    }
    assertEquals(variables(built), variables(rendered));
  }

  @ParameterizedTest
  @CsvSource({
    "registry, device-registry",
    "ingest, ingest-service",
    "command, command-service",
    "firmware, firmware-service"
  })
  void aServiceIsFoundAtThePortOfItsBuild(String component, String module) {
    var service = CHART.find("Service", "muster-" + component).orElseThrow().tree();
    assertEquals(
        servicePort(manifest(module, "Service")), servicePort(service), "the port named http");
  }

  private static Tree manifest(String module, String kind) {
    var file = Checkout.ROOT.resolve(module).resolve("target/kubernetes/kubernetes.yml");
    var there = Files.exists(file);
    assertTrue(there || !"true".equals(System.getenv("CI")), () -> file + " is not built");
    assumeTrue(there, () -> file + " is not built");
    return Tree.parseAll(Checkout.read(file)).stream()
        .filter(each -> each.at("kind").text().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static Tree container(Tree pod) {
    assertEquals(1, pod.at("containers").items().size());
    assertTrue(pod.at("initContainers").items().isEmpty());
    return pod.at("containers").items().getFirst();
  }

  private static Map<String, String> ports(Tree container) {
    var ports = new TreeMap<String, String>();
    for (var port : container.at("ports").items()) {
      ports.put(port.at("name").text(), port.at("containerPort").text());
    }
    // The chart serves HTTPS at the same port, by another setting.
    ports.remove("https");
    return ports;
  }

  private static Map<String, String> probe(Tree probe) {
    var said = new TreeMap<String, String>();
    said.put("path", probe.at("httpGet", "path").text());
    for (var name : new String[] {"periodSeconds", "timeoutSeconds", "failureThreshold"}) {
      said.put(name, probe.at(name).text());
    }
    return said;
  }

  /** What comes from the environment, and how; addresses differ by the release's name. */
  private static Map<String, String> variables(Tree container) {
    var variables = new TreeMap<String, String>();
    for (var variable : container.at("env").items()) {
      var name = variable.at("name").text();
      if (name.startsWith("MUSTER_") || name.equals("QUARKUS_HTTP_HOST")) {
        var field = variable.at("valueFrom", "fieldRef", "fieldPath").text();
        var secret = variable.at("valueFrom", "secretKeyRef", "key").text();
        var value = variable.at("value").text();
        variables.put(name, field + secret + (value.contains("://") ? "an address" : value));
      }
    }
    return variables;
  }

  private static String servicePort(Tree service) {
    for (var port : service.at("spec", "ports").items()) {
      if (port.at("name").text().equals("http")) {
        return port.at("port").text();
      }
    }
    return "none";
  }
}
