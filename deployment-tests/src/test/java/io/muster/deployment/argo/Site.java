package io.muster.deployment.argo;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

  /** The chart as it is rendered for this site. */
  Rendering rendering(Path folder) {
    var files = new ArrayList<String>();
    for (var file : set().at("spec", "template", "spec", "source", "helm", "valueFiles").texts()) {
      files.add(file.replaceAll("\\{\\{.*?region.*?}}", region));
    }
    try {
      var own = folder.resolve(name + ".yaml");
      Files.writeString(own, new Yaml().dump(file.at("helm").node()));
      files.add(own.toString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    var request = Rendering.Request.of(files.toArray(String[]::new));
    for (var each : set().at("spec", "template", "spec", "source", "helm", "parameters").items()) {
      var value = each.at("value").text();
      assertEquals("{{ .site }}", value);
      request = request.with(each.at("name").text(), file.at("site").text());
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
