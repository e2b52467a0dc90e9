package io.muster.deployment.chart;

import com.marcnuri.helm.Helm;
import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The chart, rendered by Helm.
 *
 * @param name what it is, in messages
 * @param manifests all objects; without hooks, which Helm's library leaves out
 */
public record Rendering(String name, List<Manifest> manifests) {
  private static final Pattern DOCUMENT = Pattern.compile("(?m)^---[ \t]*$");
  private static final Map<Request, Rendering> DONE = new ConcurrentHashMap<>();

  /**
   * How to render.
   *
   * @param chart its folder
   * @param release the release's name
   * @param files of values, in the chart's folder
   * @param values single ones, by their paths
   */
  public record Request(
      Path chart, String release, List<String> files, Map<String, Object> values) {
    public static Request of(String... files) {
      return new Request(Checkout.CHART, "muster", List.of(files), Map.of());
    }

    public Request with(String path, Object value) {
      var more = new LinkedHashMap<>(values);
      more.put(path, value);
      return new Request(chart, release, files, more);
    }

    public Request named(String name) {
      return new Request(chart, name, files, values);
    }

    public Request at(Path other) {
      return new Request(other, release, files, values);
    }

    /** Helm's answer, as it is. */
    String text() {
      return text("1.33.0");
    }

    /** The same for another version of Kubernetes. */
    String text(String kubernetes) {
      var template =
          new Helm(chart)
              .template()
              .withName(release)
              .withNamespace("iot")
              .withKubeVersion(kubernetes);
      files.forEach(file -> template.withValuesFile(chart.resolve(file)));
      values.forEach(template::set);
      return template.call();
    }

    @Override
    public String toString() {
      return (files.isEmpty() ? "values.yaml" : String.join(" + ", files))
          + (values.isEmpty() ? "" : " with " + String.join(", ", values.keySet()));
    }
  }

  /** Renders, once for each request. */
  public static Rendering of(Request request) {
    return DONE.computeIfAbsent(
        request, asked -> new Rendering(asked.toString(), parse(asked.text())));
  }

  private static List<Manifest> parse(String text) {
    var manifests = new ArrayList<Manifest>();
    for (var document : DOCUMENT.split(text)) {
      var tree = Tree.parse(document);
      if (tree.exists()) {
        manifests.add(new Manifest(document, tree));
      }
    }
    return manifests;
  }

  /** Those of some kinds. */
  public List<Manifest> of(String... kinds) {
    return manifests.stream().filter(each -> List.of(kinds).contains(each.kind())).toList();
  }

  public List<Manifest> workloads() {
    return manifests.stream().filter(Manifest::isWorkload).toList();
  }

  public Optional<Manifest> find(String kind, String name) {
    return of(kind).stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** What runs a component. */
  public Manifest workload(String component) {
    return workloads().stream()
        .filter(each -> each.podLabels().at("app.kubernetes.io/component").text().equals(component))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " runs no " + component));
  }

  /** Workloads whose pods have these labels. */
  public List<Manifest> selected(Tree selector) {
    return workloads().stream().filter(each -> each.podLabels().holds(selector)).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
