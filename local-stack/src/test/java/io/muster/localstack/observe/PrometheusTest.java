package io.muster.localstack.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import io.muster.localstack.observe.Prometheus.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus is told. */
class PrometheusTest {
  @TempDir Path folder;

  @Test
  void withoutTheProgramItIsSaidWhichPackageHasIt() {
    var refused =
        assertThrows(
            UserMistake.class, () -> Prometheus.installed(folder.toString(), folder, 9090));
    assertTrue(refused.getMessage().contains("package prometheus"), refused.getMessage());
  }

  @Test
  void theFirstOneOnThePathIsTaken() throws IOException {
    var first = Files.createDirectories(folder.resolve("first"));
    var second = Files.createDirectories(folder.resolve("second"));
    Files.createFile(first.resolve("prometheus")); // cannot be run
    var program = Files.createFile(second.resolve("prometheus"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    assertEquals(program, Prometheus.installed(first + ":" + second, folder, 9090).program());
  }

  @Test
  void eachProcessIsReadWithTheLabelsThatItHasOnACluster() {
    var text =
        Prometheus.text(
            List.of(new Source("broker", "broker", 8085), new Source("ingest", "ingest-2", 8182)),
            List.of(Path.of("/it's/rules.yaml")));
    assertEquals(
        """
        global:
          scrape_interval: 5s
          evaluation_interval: 15s
        rule_files:
          - '/it''s/rules.yaml'
        scrape_configs:
          - job_name: muster
            metrics_path: /q/metrics
            static_configs:
              - targets: ['127.0.0.1:8085']
                labels: {namespace: local, release: muster, component: broker, pod: broker}
              - targets: ['127.0.0.1:8182']
                labels: {namespace: local, release: muster, component: ingest, pod: ingest-2}
        """,
        text);
  }

  @Test
  void rulesThatAreNotThereAreLeftOut() throws IOException {
    var prometheus = new Prometheus(Path.of("prometheus"), folder.resolve("observed"), 9090);
    prometheus.launch(List.of(), List.of(folder.resolve("none.yaml")), folder.resolve("log"));
    assertFalse(Files.readString(folder.resolve("observed/prometheus.yml")).contains("rule_files"));
  }

  @Test
  void itListensOnThisMachineAlone() {
    var launch =
        new Prometheus(Path.of("prometheus"), folder, 9190)
            .launch(List.of(), List.of(), folder.resolve("log"));
    assertTrue(launch.command().contains("--web.listen-address=127.0.0.1:9190"));
  }
}
