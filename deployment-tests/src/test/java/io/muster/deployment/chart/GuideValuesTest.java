package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What guides say of values can be installed, word for word. */
class GuideValuesTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```yaml\n(.*?)^```");

  /** As `endpoint.tls.issuerRef`: a path of at least two names, the first of which is a value. */
  private static final Pattern PATH = Pattern.compile("`([a-z]+(?:[.][A-Za-z]+)+)(?:: [^`]*)?`");

  private static final Tree VALUES = Tree.parse(Checkout.read("helm/muster/values.yaml"));
  private static final Set<String> TOP = VALUES.members().keySet();

  @TempDir Path folder;

  /** What a paragraph says of the block that follows it: which file it is given beside. */
  private static final Pattern BESIDE =
      Pattern.compile("Beside `(values-[a-z]+[.]yaml)`[^\n]*\n+$");

  /**
   * Values in a guide.
   *
   * @param beside the chart's files that they go with
   */
  private record Block(Path guide, List<String> beside, String text) {
    Request request(Path file) {
      return Request.of(
          Stream.concat(beside.stream(), Stream.of(file.toString())).toArray(String[]::new));
    }
  }

  private static List<Path> guides() {
    return Checkout.files("docs", ".md");
  }

  /** Those that are values, and no object of Kubernetes or settings of something else. */
  private static List<Block> blocks() {
    var found = new ArrayList<Block>();
    for (var guide : guides()) {
      var said = Checkout.read(guide);
      BLOCK
          .matcher(said)
          .results()
          .filter(each -> isOfValues(Tree.parse(each.group(1))))
          .forEach(each -> found.add(block(guide, said.substring(0, each.start()), each.group(1))));
    }
    return found;
  }

  private static Block block(Path guide, String before, String text) {
    var beside = BESIDE.matcher(before).results().map(each -> each.group(1)).toList();
    return new Block(guide, beside, text);
  }

  private static boolean isOfValues(Tree block) {
    return !block.members().isEmpty() && TOP.containsAll(block.members().keySet());
  }

  @Test
  void everyBlockOfValuesRenders() throws IOException {
    var blocks = blocks();
    assertTrue(blocks.size() >= 3, blocks::toString);
    for (var i = 0; i < blocks.size(); i++) {
      var file = Files.writeString(folder.resolve(i + ".yaml"), blocks.get(i).text());
      var request = blocks.get(i).request(file);
      assertDoesNotThrow(() -> request.text(), blocks.get(i)::toString);
    }
  }

  /** Passwords of devices go through it. */
  @Test
  void theRouteOfWebSocketsInTheGuideHasTlsAndLetsTheIngressIn() throws IOException {
    var block =
        blocks().stream()
            .filter(each -> each.text().contains("webSocketRoute"))
            .findFirst()
            .orElseThrow();
    assertEquals(List.of("values-production.yaml"), block.beside());
    var file = Files.writeString(folder.resolve("websocket.yaml"), block.text());
    var rendering = Rendering.of(block.request(file));
    var ingress = rendering.find("Ingress", "muster-websocket").orElseThrow().tree();
    var tls = ingress.at("spec", "tls").items().getFirst();
    assertEquals(List.of("ws.example.org"), tls.at("hosts").texts());
    var policy = rendering.find("NetworkPolicy", "muster-ingest").orElseThrow().tree();
    assertTrue(
        policy.at("spec", "ingress").items().stream()
            .filter(rule -> rule.at("ports").text().contains("port=8000"))
            .anyMatch(rule -> rule.at("from").text().contains("ingress-nginx")));
  }

  @Test
  void settingsInThemAreThereAtTheirServices() {
    var unknown = new TreeSet<String>();
    for (var block : blocks()) {
      unknown.addAll(ServicesTest.unknownSettings(Tree.parse(block.text())));
    }
    assertEquals(new TreeSet<>(), unknown);
  }

  /** What is deleted by a line of a guide is there by that name, in a release of that name. */
  @Test
  void statefulSetsThatTheGuideDeletesAreThoseOfTheChart() {
    var guide = Checkout.read("docs/guides/kubernetes.md");
    var rendering = Rendering.of(Request.of());
    var deleted = new TreeSet<String>();
    Pattern.compile("delete statefulset ((?:muster-[a-z]+ )+)--cascade=orphan")
        .matcher(guide)
        .results()
        .forEach(line -> deleted.addAll(List.of(line.group(1).split(" "))));
    var sets = new TreeSet<String>();
    rendering.of("StatefulSet").forEach(set -> sets.add(set.name()));
    assertEquals(sets, deleted);
  }

  @Test
  void whatServicesForDevicesAreUnlessToldIsAsTheGuideSays() {
    var guide = Checkout.read("docs/guides/kubernetes.md");
    assertTrue(guide.contains("both are `NodePort` unless told"));
    for (var path : List.of("endpoint.type", "firmware.devices.type")) {
      assertTrue(guide.contains("`" + path + ": LoadBalancer`"), path);
      assertEquals("NodePort", VALUES.at(path.split("[.]")).text(), path);
    }
  }

  /** In production the registry speaks HTTPS, by a name of the release. */
  @Test
  void whatEmqxIsToldOnKubernetesIsTheRegistryOfTheProductionValues() {
    var guide = Checkout.read("docs/guides/emqx.md");
    assertTrue(guide.contains("-f helm/muster/values-emqx.yaml"));
    var rendering = Rendering.of(Request.of("values-production.yaml", "values-emqx.yaml"));
    var port =
        rendering
            .find("Service", "muster-registry")
            .orElseThrow()
            .tree()
            .at("spec", "ports")
            .items()
            .getFirst();
    var address =
        port.at("appProtocol").text() + "://muster-registry.iot.svc:" + port.at("port").text();
    assertTrue(guide.contains(address + "/broker/"), address);
    var authority = rendering.find("Certificate", "muster-internal-ca").orElseThrow().tree();
    assertTrue(guide.contains("`" + authority.at("spec", "secretName").text() + "`"));
  }

  /** HTTP-01 needs an answer at port 80 of each name, and a pod that the policies refuse. */
  @Test
  void anIssuerOfEndpointsIsSaidToSolveByDns() {
    for (var place : List.of("docs/guides/kubernetes.md", "helm/muster/values-production.yaml")) {
      assertTrue(Checkout.read(place).contains("must solve by DNS-01"), place);
    }
  }

  @Test
  void everyValueThatAGuideNamesIsThere() {
    var unknown = new TreeSet<String>();
    var seen = 0;
    for (var guide : List.of("kubernetes.md", "gitops.md", "backup.md", "emqx.md")) {
      var path = PATH.matcher(Checkout.read("docs/guides/" + guide));
      while (path.find()) {
        var names = path.group(1).split("[.]");
        // Files of a Secret are no values.
        if (TOP.contains(names[0]) && !path.group(1).matches("tls[.](crt|key)")) {
          seen++;
          if (!VALUES.at(names).exists()) {
            unknown.add(guide + ": " + path.group(1));
          }
        }
      }
    }
    assertEquals(new TreeSet<>(), unknown);
    assertTrue(seen > 30, () -> "no more are found");
  }
}
