package io.muster.deployment.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.deployment.Checkout;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * What Prometheus itself says of the rules (package {@code prometheus}). Without {@code promtool}
 * these are skipped, and with {@code CI=true} they fail.
 */
class PromtoolTest {
  private String promtool;

  @TempDir Path folder;

  // Before each, so that each is seen to be skipped.
  @BeforeEach
  void find() {
    for (var place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      var file = Path.of(place).resolve("promtool");
      if (promtool == null && Files.isExecutable(file)) {
        promtool = file.toString();
      }
    }
    if ("true".equals(System.getenv("CI"))) {
      assertNotNull(promtool, "promtool is missing: install the package prometheus");
    }
    assumeTrue(promtool != null, "promtool is missing: install the package prometheus");
  }

  @Test
  void rulesAreRules() throws Exception {
    var command = new ArrayList<>(List.of("check", "rules"));
    Checkout.files("helm/muster/files/rules", ".yaml")
        .forEach(file -> command.add(file.toString()));
    run(command);
  }

  @Test
  void alertsFireAndAreSilentWhenTheyShould() throws Exception {
    run(
        List.of(
            "test",
            "rules",
            Checkout.ROOT
                .resolve("deployment-tests/src/test/promtool/alerts.test.yaml")
                .toString()));
  }

  @Test
  void expressionsOfDashboardsAreExpressions() throws Exception {
    var rules = new ArrayList<Map<String, Object>>();
    for (var expression : Expressions.dashboards().values()) {
      var rule = new LinkedHashMap<String, Object>();
      rule.put("record", "panel:" + rules.size());
      rule.put("expr", expression);
      rules.add(rule);
    }
    var group = Map.of("groups", List.of(Map.of("name", "panels", "rules", rules)));
    var file = Files.writeString(folder.resolve("panels.yaml"), new Yaml().dump(group));
    run(List.of("check", "rules", file.toString()));
  }

  private void run(List<String> arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(promtool));
    command.addAll(arguments);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }
}
