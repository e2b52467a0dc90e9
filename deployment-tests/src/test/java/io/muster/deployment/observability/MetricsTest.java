package io.muster.deployment.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Dashboards and alerts ask for metrics that there are: those of docs/metrics.md, which a system
 * test holds against running processes.
 */
class MetricsTest {
  private static final Pattern METRIC =
      Pattern.compile(
          "\\b((?:muster|jvm|process|http|sql|postgresql|com_hivemq|kubelet|kube)_[a-z0-9_]+"
              + "|muster:[a-z0-9_:]+)(?:\\{([^}]*)})?");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)\\s*(?:=~|!~|!=|=)");

  /** What is left of an expression when metrics, selectors and numbers are gone. */
  private static final Set<String> LANGUAGE =
      Set.of(
          "sum",
          "count",
          "count_over_time",
          "unless",
          "max",
          "min",
          "by",
          "rate",
          "increase",
          "resets",
          "and",
          "or",
          "on",
          "time",
          "le",
          "histogram_quantile");

  /** From a pod's labels and Prometheus itself. */
  private static final Set<String> EVERYWHERE = Set.of("namespace", "release", "component", "pod");

  /** Of the kubelet and of kube-state-metrics: what no process of Muster can know. */
  private static final Map<String, Set<String>> KUBERNETES =
      Map.of(
          "kube_pod_container_status_restarts_total", Set.of("container"),
          "kubelet_volume_stats_available_bytes", Set.of("persistentvolumeclaim"),
          "kubelet_volume_stats_capacity_bytes", Set.of("persistentvolumeclaim"));

  private final Map<String, List<Set<String>>> known = known();

  /** Each metric, and for each time that it is listed its labels. */
  private static Map<String, List<Set<String>>> known() {
    var known = new HashMap<String, List<Set<String>>>();
    KUBERNETES.forEach((name, labels) -> known.put(name, List.of(labels)));
    for (var line : Checkout.read("docs/metrics.md").split("\n")) {
      var cells = line.split("\\|");
      if (line.startsWith("| `") && cells.length == 6) {
        var name = plain(cells[1]);
        var labels = new TreeSet<String>();
        for (var label : cells[4].split(",")) {
          labels.add(plain(label));
        }
        for (var each : series(name, plain(cells[2]))) {
          var with = new TreeSet<>(labels);
          if (each.endsWith("_bucket")) {
            with.add("le");
          }
          known.computeIfAbsent(each, first -> new ArrayList<>()).add(with);
        }
      }
    }
    return known;
  }

  private static List<String> series(String name, String type) {
    return switch (type) {
      case "summary" -> List.of(name + "_count", name + "_sum", name + "_max");
      case "histogram" -> List.of(name + "_count", name + "_sum", name + "_max", name + "_bucket");
      default -> List.of(name);
    };
  }

  private static String plain(String cell) {
    return cell.replace("`", "").strip();
  }

  @Test
  void everyExpressionNamesMetricsAndLabelsThatThereAre() {
    var recorded = Expressions.rules().keySet();
    var wrong = new TreeSet<String>();
    Expressions.all()
        .forEach(
            (where, expression) -> {
              var metric = METRIC.matcher(expression);
              while (metric.find()) {
                var name = metric.group(1);
                if (!known.containsKey(name) && !recorded.contains(name)) {
                  wrong.add(where + ": " + name);
                } else if (metric.group(2) != null) {
                  labels(metric.group(2))
                      .filter(label -> !hasLabel(name, label))
                      .forEach(label -> wrong.add(where + ": " + name + " has no " + label));
                }
              }
            });
    assertEquals(new TreeSet<>(), wrong);
  }

  private boolean hasLabel(String metric, String label) {
    return EVERYWHERE.contains(label)
        || known.getOrDefault(metric, List.of()).stream().anyMatch(of -> of.contains(label));
  }

  private static java.util.stream.Stream<String> labels(String selector) {
    return LABEL.matcher(selector.replaceAll("\"[^\"]*\"", "\"\"")).results().map(r -> r.group(1));
  }

  @Test
  void nothingElseIsInAnExpression() {
    // A metric of another kind of name would not have been looked at above.
    Expressions.all()
        .forEach(
            (where, expression) -> {
              var rest =
                  METRIC
                      .matcher(expression)
                      .replaceAll(" ")
                      .replaceAll("\\b(by|on) \\([^)]*\\)", " $1 ")
                      .replaceAll("\\[[0-9]+[smhd]]", " ");
              for (var word : rest.split("[^A-Za-z_]+")) {
                assertTrue(word.isEmpty() || LANGUAGE.contains(word), () -> where + ": " + word);
              }
            });
    assertTrue(Expressions.dashboards().size() > 60);
  }

  @Test
  void whatIsGroupedByIsALabelOfIt() {
    var by = Pattern.compile("by \\(([^)]*)\\)");
    Expressions.all()
        .forEach(
            (where, expression) -> {
              var names = METRIC.matcher(expression).results().map(r -> r.group(1)).toList();
              for (var label :
                  by.matcher(expression)
                      .results()
                      .flatMap(r -> List.of(r.group(1).split(", *")).stream())
                      .toList()) {
                assertTrue(
                    names.stream().anyMatch(name -> hasLabel(name, label)),
                    () -> where + ": " + label);
              }
            });
  }

  @Test
  void noExpressionLooksForADeviceOrATenant() {
    Expressions.all()
        .forEach(
            (where, expression) ->
                assertTrue(!expression.matches("(?s).*\\b(device|tenant)\\b.*"), where));
  }
}
