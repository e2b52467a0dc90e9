package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.chart.Rendering.Request;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator says of pods arrives there, whosever they are. */
class ChoicesTest {
  private static final List<String> PLACES =
      List.of(
          "registry",
          "ingest",
          "command",
          "firmware",
          "broker",
          "issuer",
          "database.bundled",
          "collector");

  private static final Rendering CHOSEN = Rendering.of(chosen());

  private static Request chosen() {
    var request =
        Request.of().with("collector.enabled", true).with("collector.jaeger", "jaeger:4317");
    for (var place : PLACES) {
      request =
          request
              .with(place + ".podAnnotations.note", "of-" + place)
              .with(place + ".podLabels.team", "devices")
              .with(place + ".nodeSelector.disk", "fast")
              .with(place + ".tolerations[0].key", "iot")
              .with(place + ".affinity.podAntiAffinity.x", "y")
              .with(place + ".priorityClassName", "high");
    }
    return request
        .with("registry.serviceAccount.annotations.role", "of-registry")
        .with("registry.service.annotations.zone", "of-registry");
  }

  @ParameterizedTest
  @CsvSource({
    "registry, registry",
    "ingest, ingest",
    "command, command",
    "firmware, firmware",
    "broker, broker",
    "issuer, issuer",
    "database, database.bundled",
    "collector, collector"
  })
  void podsAreWhereAndAsTheyShallBe(String component, String place) {
    var workload = CHOSEN.workload(component);
    var template = workload.tree().at("spec", "template", "metadata");
    assertEquals("of-" + place, template.at("annotations", "note").text());
    assertEquals("devices", template.at("labels", "team").text());
    var pod = workload.pod();
    assertEquals("fast", pod.at("nodeSelector", "disk").text());
    assertEquals("iot", pod.at("tolerations").items().getFirst().at("key").text());
    assertEquals("y", pod.at("affinity", "podAntiAffinity", "x").text());
    assertEquals("high", pod.at("priorityClassName").text());
  }

  /** For instance an authority of your own, or a proxy that is told by annotations. */
  @ParameterizedTest
  @ValueSource(strings = {"registry", "ingest", "command", "firmware", "broker", "issuer"})
  void eachHasWhatIsGivenToItBesides(String component) {
    var request =
        Request.of()
            .with(component + ".env[0].name", "EXTRA")
            .with(component + ".env[0].value", "of-" + component)
            .with(component + ".volumes[0].name", "own-ca")
            .with(component + ".volumes[0].secret.secretName", "own-ca")
            .with(component + ".volumeMounts[0].name", "own-ca")
            .with(component + ".volumeMounts[0].mountPath", "/etc/own-ca")
            .with(component + ".service.annotations.zone", "near");
    var rendering = Rendering.of(request);
    var workload = rendering.workload(component);
    var container = workload.containers().getFirst();
    assertTrue(container.at("env").text().contains("name=EXTRA, value=of-" + component));
    assertTrue(container.at("volumeMounts").text().contains("mountPath=/etc/own-ca"));
    assertTrue(workload.pod().at("volumes").text().contains("secretName=own-ca"));
    var service = rendering.find("Service", "muster-" + component).orElseThrow().tree();
    assertEquals("near", service.at("metadata", "annotations", "zone").text());
    var twice = request.with(component + ".env[0].name", "JDK_JAVA_OPTIONS");
    assertThrows(IllegalStateException.class, twice::text);
  }

  @Test
  void aServiceAccountCanHaveAnIdentityAtACloudAndStillHasNoToken() {
    var account = CHOSEN.find("ServiceAccount", "muster-registry").orElseThrow().tree();
    assertEquals("of-registry", account.at("metadata", "annotations", "role").text());
    assertEquals("false", account.at("automountServiceAccountToken").text());
    assertTrue(
        CHOSEN
            .find("ServiceAccount", "muster-ingest")
            .orElseThrow()
            .tree()
            .at("metadata")
            .members()
            .keySet()
            .stream()
            .noneMatch("annotations"::equals));
    var service = CHOSEN.find("Service", "muster-registry").orElseThrow().tree();
    assertEquals("of-registry", service.at("metadata", "annotations", "zone").text());
  }
}
