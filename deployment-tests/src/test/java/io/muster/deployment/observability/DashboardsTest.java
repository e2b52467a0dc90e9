package io.muster.deployment.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.deployment.Checkout;
import io.muster.deployment.chart.Rendering;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the chart makes of the descriptions is what Grafana reads. */
class DashboardsTest {
  private static List<JsonNode> dashboards() throws IOException {
    var request = Rendering.Request.of().with("monitoring.dashboards.enabled", true);
    var found = new ArrayList<JsonNode>();
    for (var map : Rendering.of(request).of("ConfigMap")) {
      if (map.labels().at("grafana_dashboard").exists()) {
        for (var json : map.tree().at("data").members().values()) {
          found.add(new ObjectMapper().readTree(json.toString()));
        }
      }
    }
    return found;
  }

  @Test
  void eachDescriptionIsADashboard() throws IOException {
    var uids = new TreeSet<String>();
    for (var dashboard : dashboards()) {
      assertTrue(uids.add(dashboard.path("uid").asText()));
      assertTrue(dashboard.path("uid").asText().length() <= 40);
      assertTrue(dashboard.path("title").asText().startsWith("Muster / "));
    }
    var descriptions = new TreeSet<String>();
    Checkout.files("helm/muster/files/dashboards", ".yaml")
        .forEach(file -> descriptions.add("muster-" + Checkout.name(file)));
    assertEquals(descriptions, uids);
  }

  @Test
  void panelsHaveNumbersOfTheirOwnLieBesideEachOtherAndAskForSomething() throws IOException {
    for (var dashboard : dashboards()) {
      var ids = new HashSet<Integer>();
      var places = new HashSet<String>();
      for (var panel : dashboard.path("panels")) {
        assertTrue(ids.add(panel.path("id").asInt()));
        var at = panel.path("gridPos");
        assertTrue(at.path("x").asInt() + at.path("w").asInt() <= 24);
        assertTrue(places.add(at.path("x") + "," + at.path("y")), panel::toString);
        if (!panel.path("type").asText().equals("row")) {
          assertFalse(panel.path("targets").isEmpty(), panel::toString);
          for (var target : panel.path("targets")) {
            var expression = target.path("expr").asText();
            assertFalse(expression.contains("$of"), expression);
            assertTrue(expression.contains("release=~\"$release\""), expression);
          }
        }
      }
    }
  }

  /** Over more than one release they would come to more than all. */
  @Test
  void nobodyAddsWhatIsAShare() throws IOException {
    var shares = 0;
    for (var dashboard : dashboards()) {
      for (var panel : dashboard.path("panels")) {
        for (var target : panel.path("targets")) {
          var expression = target.path("expr").asText();
          if (expression.matches(".*muster:[a-z0-9_]*:ratio.*")) {
            shares++;
            assertFalse(
                expression.matches(".*(sum|count)( by \\([^)]*\\))? ?\\(muster:.*"), expression);
          }
        }
      }
    }
    assertTrue(shares > 0);
  }

  /** Grafana is told by the guide; the name is that which services export. */
  @Test
  void theGuideSaysHowAnExemplarLeadsToItsTrace() {
    var guide = Checkout.read("docs/guides/kubernetes.md");
    var label = "trace_id";
    assertTrue(guide.contains("exemplarTraceIdDestinations:\n        - {name: " + label + ","));
    var exported = Checkout.read("system-tests/src/test/java/io/muster/systemtests/TracesIT.java");
    assertTrue(exported.contains(label + "="), "the exemplars' label is another one");
  }

  @Test
  void exemplarsAreAskedOfHistogramsAlone() throws IOException {
    var asking = 0;
    for (var dashboard : dashboards()) {
      for (var panel : dashboard.path("panels")) {
        for (var target : panel.path("targets")) {
          if (target.path("exemplar").asBoolean()) {
            asking++;
            // Nothing else has any.
            assertTrue(target.path("expr").asText().contains("_bucket{"), target::toString);
          }
        }
      }
    }
    assertTrue(asking > 0);
  }
}
