package io.muster.deployment.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each alert says what to do, and is tried. */
class AlertsTest {
  private static final List<Tree> ALERTS =
      Tree.parse(Checkout.read("helm/muster/files/rules/alerts.yaml"))
          .at("groups")
          .items()
          .getFirst()
          .at("rules")
          .items();

  @Test
  void eachHasASeverityASummaryAndARunbook() {
    for (var alert : ALERTS) {
      var name = alert.at("alert").text();
      assertTrue(
          Set.of("warning", "critical").contains(alert.at("labels", "severity").text()), name);
      for (var annotation : List.of("summary", "description")) {
        assertTrue(alert.at("annotations", annotation).exists(), name);
      }
      var runbook = alert.at("annotations", "runbook").text();
      assertEquals("docs/runbooks/" + name + ".md", runbook);
      assertTrue(Files.exists(Checkout.ROOT.resolve(runbook)), runbook);
    }
  }

  @Test
  void aRunbookSaysWhatItMeansWhereToLookAndWhatToDo() {
    for (var alert : ALERTS) {
      var name = alert.at("alert").text();
      var runbook = Checkout.read("docs/runbooks/" + name + ".md");
      assertTrue(runbook.startsWith("# " + name + "\n"), name);
      for (var heading : List.of("## Meaning", "## Look", "## Do")) {
        assertTrue(runbook.contains("\n" + heading + "\n"), () -> name + heading);
      }
    }
  }

  @Test
  void toldWhereRunbooksAreEachAlertLeadsToItsOwn() {
    var request =
        Rendering.Request.of()
            .with("monitoring.rules.enabled", true)
            .with("monitoring.rules.runbooks", "https://git.example.org/runbooks");
    var found = new TreeSet<String>();
    for (var rules : Rendering.of(request).of("PrometheusRule")) {
      for (var group : rules.tree().at("spec", "groups").items()) {
        for (var rule : group.at("rules").items()) {
          rule.at("annotations", "runbook_url").ifText().ifPresent(found::add);
        }
      }
    }
    var expected = new TreeSet<String>();
    for (var alert : ALERTS) {
      expected.add("https://git.example.org/runbooks/" + alert.at("alert").text() + ".md");
    }
    assertEquals(expected, found);
  }

  @Test
  void theAlertForVolumesMeansThoseOfTheChartWhateverTheReleaseIsCalled() {
    var expression =
        ALERTS.stream()
            .filter(alert -> alert.at("alert").text().equals("MusterDiskFills"))
            .map(alert -> alert.at("expr").text())
            .findFirst()
            .orElseThrow();
    var claims = expression.replaceAll("(?s).*persistentvolumeclaim=~\"([^\"]*)\".*", "$1");
    for (var release : List.of("muster", "hub", "1st-hub")) {
      var rendering = Rendering.of(Rendering.Request.of().named(release));
      for (var claim : rendering.of("PersistentVolumeClaim")) {
        assertTrue(claim.name().matches(claims), claim::name);
      }
      for (var set : rendering.of("StatefulSet")) {
        var name = "data-" + set.name() + "-0";
        assertTrue(name.matches(claims), name);
      }
    }
    assertFalse("data-somebody-0".matches(claims));
  }

  @Test
  void theAlertForRestartsMeansThePodsOfTheChartWhateverTheReleaseIsCalled() {
    var expression =
        ALERTS.stream()
            .filter(alert -> alert.at("alert").text().equals("MusterRestarts"))
            .map(alert -> alert.at("expr").text())
            .findFirst()
            .orElseThrow();
    var containers = expression.replaceAll("(?s).*container=~\"([^\"]*)\".*", "$1");
    var pods = expression.replaceAll("(?s).*pod=~\"([^\"]*)\".*", "$1");
    for (var release : List.of("muster", "hub", "1st-hub")) {
      var workloads = Rendering.of(Rendering.Request.of().named(release)).workloads();
      assertEquals(7, workloads.size());
      for (var workload : workloads) {
        // As a Deployment or a StatefulSet calls it.
        assertTrue((workload.name() + "-0").matches(pods), workload::toString);
        for (var container : workload.containers()) {
          assertTrue(container.at("name").text().matches(containers), workload::toString);
        }
      }
    }
    assertFalse("web-0".matches(pods));
  }

  /** Rules and dashboards select by labels that Prometheus has from nowhere else. */
  @Test
  void everyMonitorSetsTheLabelsThatRulesSelectBy() {
    var request =
        Rendering.Request.of()
            .with("monitoring.serviceMonitor.enabled", true)
            .with("monitoring.podMonitor.enabled", true)
            .with("networkPolicy.enabled", false);
    var monitors = Rendering.of(request).of("ServiceMonitor", "PodMonitor");
    assertEquals(10, monitors.size());
    for (var monitor : Rendering.of(request.with("site", "lyon")).of("ServiceMonitor")) {
      assertTrue(monitor.text().contains("replacement: $1@lyon\n"), monitor::text);
    }
    for (var monitor : monitors) {
      var spec = monitor.tree().at("spec");
      var ends = monitor.is("PodMonitor") ? "podMetricsEndpoints" : "endpoints";
      var set = new TreeSet<String>();
      for (var rule : spec.at(ends).items().getFirst().at("relabelings").items()) {
        set.add(rule.at("targetLabel").text());
      }
      assertEquals(Set.of("component", "release"), set, monitor::toString);
    }
  }

  @Test
  void noRunbookIsOfAnAlertThatIsNot() {
    var names = new TreeSet<String>();
    ALERTS.forEach(alert -> names.add(alert.at("alert").text()));
    var pages = new TreeSet<String>();
    Checkout.files("docs/runbooks", ".md").forEach(file -> pages.add(Checkout.name(file)));
    assertEquals(names, pages);
  }

  @Test
  void eachIsSeenToFireAndToBeSilent() {
    var fires = new TreeSet<String>();
    var silent = new TreeSet<String>();
    var tests = Tree.parse(Checkout.read("deployment-tests/src/test/promtool/alerts.test.yaml"));
    for (var test : tests.at("tests").items()) {
      for (var check : test.at("alert_rule_test").items()) {
        var seen = check.at("exp_alerts").items().isEmpty() ? silent : fires;
        seen.add(check.at("alertname").text());
      }
    }
    for (var alert : ALERTS) {
      assertTrue(fires.contains(alert.at("alert").text()), alert::toString);
      assertTrue(silent.contains(alert.at("alert").text()), alert::toString);
    }
  }
}
