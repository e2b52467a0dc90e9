package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering.Request;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The OpenTelemetry Collector's configuration is whole, and its pod is as it says. */
class CollectorTest {
  private static final Rendering ALL = Rendering.of(Renderings.EVERYTHING_BY_TLS);

  private static Tree config(Rendering rendering, String component) {
    var map = rendering.find("ConfigMap", "muster-" + component).orElseThrow().tree();
    return Tree.parse(map.at("data", "collector.yaml").text());
  }

  /** One that is defined and in no pipeline does nothing; one that is not defined is no start. */
  @ParameterizedTest
  @ValueSource(strings = {"collector", "logs"})
  void pipelinesAreOfWhatIsDefined(String component) {
    var config = config(ALL, component);
    for (var kind : List.of("receivers", "processors", "exporters")) {
      var used = new TreeSet<String>();
      for (var pipeline : config.at("service", "pipelines").members().values()) {
        used.addAll(new Tree(pipeline).at(kind).texts());
      }
      assertEquals(new TreeSet<>(config.at(kind).members().keySet()), used, kind);
    }
    assertEquals(
        List.copyOf(config.at("extensions").members().keySet()),
        config.at("service", "extensions").texts());
  }

  @Test
  void eachDestinationHasItsPipelineAndNoOther() {
    var values = new TreeMap<String, String>();
    values.put("jaeger", "jaeger:4317");
    values.put("prometheus", "http://prometheus:9090/api/v1/write");
    var pipelines = new TreeMap<String, Set<String>>();
    values.forEach(
        (destination, address) -> {
          var request =
              Request.of()
                  .with("collector.enabled", true)
                  .with("collector." + destination, address);
          var config = config(Rendering.of(request), "collector");
          pipelines.put(destination, config.at("service", "pipelines").members().keySet());
        });
    assertEquals(Set.of("traces"), pipelines.get("jaeger"));
    assertEquals(Set.of("metrics"), pipelines.get("prometheus"));
    assertEquals(Set.of("logs"), config(ALL, "logs").at("service", "pipelines").members().keySet());
  }

  @Test
  void itListensWhereItsPodSays() {
    var ports = new TreeSet<String>();
    for (var port : ALL.workload("collector").containers().getFirst().at("ports").items()) {
      ports.add(port.at("containerPort").text());
    }
    var config = config(ALL, "collector");
    var told = new TreeSet<String>();
    told.add(port(config.at("receivers", "otlp", "protocols", "grpc", "endpoint")));
    told.add(port(config.at("extensions", "health_check", "endpoint")));
    var readers = config.at("service", "telemetry", "metrics", "readers").items();
    told.add(readers.getFirst().at("pull", "exporter", "prometheus", "port").text());
    assertEquals(told, ports);
  }

  private static String port(Tree endpoint) {
    return endpoint.text().substring(endpoint.text().lastIndexOf(':') + 1);
  }

  /** Rules and dashboards select by them. */
  @Test
  void metricsGetTheLabelsOfTheChartsMonitorsAndServicesAreAskedOverTls() {
    var jobs = config(ALL, "collector").at("receivers", "prometheus", "config", "scrape_configs");
    var job = jobs.items().getFirst();
    assertEquals("/q/metrics", job.at("metrics_path").text());
    var targets = new TreeMap<String, String>();
    for (var rule : job.at("relabel_configs").items()) {
      if (rule.at("target_label").exists()) {
        targets.put(rule.at("target_label").text(), rule.at("regex").text());
      }
    }
    assertTrue(
        targets.keySet().containsAll(Set.of("component", "release", "pod", "namespace")),
        targets::toString);
    assertEquals("registry|ingest|command|firmware", targets.get("__scheme__"));
    var plain = Request.of().with("collector.enabled", true);
    var unencrypted =
        Rendering.of(plain.with("collector.prometheus", "http://prometheus:9090/api/v1/write"));
    assertFalse(
        config(unencrypted, "collector").node().toString().contains("__scheme__"), "no TLS there");
  }

  /** Where metrics of many sites come together. */
  @Test
  void aSitesReleaseIsToldFromThatOfAnother() {
    var jobs = config(ALL, "collector").at("receivers", "prometheus", "config", "scrape_configs");
    var release =
        jobs.items().getFirst().at("relabel_configs").items().stream()
            .filter(rule -> rule.at("target_label").text().equals("release"))
            .findFirst()
            .orElseThrow();
    // The collector itself takes `$` for the environment.
    assertEquals("$$1@hub-1", release.at("replacement").text());
  }

  @Test
  void logsAreThoseOfTheReleaseAlone() {
    var files = config(ALL, "logs").at("receivers", "filelog", "include").texts();
    assertEquals(List.of("/var/log/pods/iot_muster-*/*/*.log"), files);
    // What its reader says is not read: it would say something of that again.
    var not = config(ALL, "logs").at("receivers", "filelog", "exclude").texts();
    var reader = ALL.of("DaemonSet").getFirst().name();
    assertEquals(List.of("/var/log/pods/iot_" + reader + "-*/*/*.log"), not);
  }
}
