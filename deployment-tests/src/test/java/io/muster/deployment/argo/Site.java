package io.muster.deployment.argo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/**
 * A site, as Argo CD puts it together from its file and its cluster's labels.
 *
 * @param name of its cluster: {@code {region}-{role}-{site}}
 */
record Site(String name, String region, String role, Tree file) {
  private static final Pattern NAME = Pattern.compile("(eu|us)-(hub|edge)-([a-z0-9-]+)");

  static Site of(Path path) {
    var file = Tree.parse(Checkout.read(path));
    var name = NAME.matcher(file.at("name").text());
    if (!name.matches()) {
      throw new AssertionError(path + " names no cluster {region}-{role}-{site}");
    }
    return new Site(name.group(), name.group(1), name.group(2), file);
  }

  static Stream<Site> all() {
    return ArgoFiles.sites().stream().map(Site::of);
  }

  /** What the template of its ApplicationSet may use, as `missingkey=error` sees it. */
  Map<String, Object> parameters() {
    var parameters = new java.util.HashMap<>(file.members());
    parameters.put("nameNormalized", name);
    parameters.put("server", "https://" + name);
    parameters.put(
        "metadata",
        Map.of(
            "labels",
            Map.of(
                "muster.io/role", role, "muster.io/ring", "canary", "muster.io/region", region)));
    return parameters;
  }

  Tree set() {
    return ArgoFiles.named("ApplicationSet", "muster-" + role + "s");
  }

  /** The source of its Application that is the chart. */
  Tree chart() {
    return ArgoFiles.sources(set().at("spec", "template")).stream()
        .filter(source -> source.at("chart").exists())
        .findFirst()
        .orElseThrow();
  }

  /** The chart as it is rendered for this site. */
  Rendering rendering(Path folder) {
    var helm = chart().at("helm");
    var files = new ArrayList<String>();
    for (var file : helm.at("valueFiles").texts()) {
      // `$fleet` is the root of the source of that name; what has none lies in the chart.
      var inFleet = file.startsWith("$fleet/");
      var path = file.replace("$fleet/", "").replaceAll("\\{\\{.*?region.*?}}", region);
      files.add(inFleet ? Checkout.ROOT.resolve(path).toString() : path);
    }
    try {
      var own = folder.resolve(name + ".yaml");
      Files.writeString(own, new Yaml().dump(file.at("helm").node()));
      files.add(own.toString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    var request = Rendering.Request.of(files.toArray(String[]::new));
    for (var each : helm.at("parameters").items()) {
      assertEquals("true", each.at("forceString").text());
      var value = each.at("value").text().replace("{{ .site }}", file.at("site").text());
      assertFalse(value.contains("{{"), value);
      request = request.with(each.at("name").text(), value);
    }
    return Rendering.of(request);
  }

  List<String> expressions() {
    var expressions = new ArrayList<String>();
    set()
        .at("spec", "template")
        .walk(
            "",
            (path, tree) -> {
              var matcher = Pattern.compile("\\{\\{(.*?)}}").matcher(tree.text());
              while (tree.node() instanceof String && matcher.find()) {
                expressions.add(matcher.group(1).strip());
              }
            });
    return expressions;
  }

  @Override
  public String toString() {
    return name;
  }
}
