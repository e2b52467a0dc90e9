package io.muster.deployment.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The images that the chart runs are those that are built. */
class ImagesTest {
  private static final Tree RELEASE = Tree.parse(Checkout.read(".github/workflows/release.yaml"));

  /** A step that ends the release when its chart is published already. */
  private static final String UNPUBLISHED =
      ".ci/unpublished \"oci://${REGISTRY%/*}/charts/muster\" \"$VERSION\"";

  private static final Pattern PUSH = Pattern.compile("push=true|imagetools create|helm push");

  @Test
  void everyImageOfAnInstallationIsBuiltAndPublished() {
    var run = new TreeSet<String>();
    for (var workload : Rendering.of(Rendering.Request.of()).workloads()) {
      for (var container : workload.containers()) {
        var image = container.at("image").text();
        if (image.startsWith("ghcr.io/muster/")) {
          run.add(image.substring("ghcr.io/muster/".length(), image.lastIndexOf(':')));
        }
      }
    }
    var built = new TreeSet<String>();
    for (var each : matrix("images").at("include").items()) {
      var module = each.at("module").text();
      built.add(module);
      assertTrue(Files.isDirectory(Checkout.ROOT.resolve(module)), module);
      assertTrue(
          Files.exists(Checkout.ROOT.resolve("docker/Dockerfile." + each.at("file").text())));
    }
    assertEquals(run, built);
  }

  /** The lines that it prints go into an ApplicationSet as they are. */
  @ParameterizedTest
  @ValueSource(strings = {"images", "native-manifests"})
  void digestsArePrintedAsTheParametersThatNameThem(String job) {
    var digest = "sha256:" + "1".repeat(64);
    var hubs = Tree.parse(Checkout.read("argocd/apps/hubs.yaml"));
    var sources = hubs.at("spec", "template", "spec", "sources").items();
    var parameters = sources.getFirst().at("helm", "parameters").items();
    for (var each : matrix(job).at("include").items()) {
      var value = each.at("value").text();
      var printed = printed(job).formatted(value, digest);
      var parameter = Tree.parse(printed).items().getFirst();
      assertEquals(digest, parameter.at("value").text(), printed);
      assertTrue(
          parameters.stream().anyMatch(at -> at.at("name").equals(parameter.at("name"))), printed);
      var request = Rendering.Request.of().with(parameter.at("name").text(), digest);
      var image = Rendering.of(request).workload(value).containers().getFirst().at("image").text();
      assertEquals("ghcr.io/muster/" + each.at("module").text() + "@" + digest, image);
    }
  }

  /** What a job's last step prints, with a place for the value's name and one for the digest. */
  private static String printed(String job) {
    var print = RELEASE.at("jobs", job, "steps").items().getLast().at("run").text();
    var format = Pattern.compile("printf -- '(- name: .*)' \\\\").matcher(print);
    assertTrue(format.find(), print);
    return format.group(1).replace("\\n", "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"images", "native-images"})
  void anImageHasNoNameBeforeItWasScanned(String job) {
    var steps = RELEASE.at("jobs", job, "steps").items();
    var build = uses(steps, "docker/build-push-action").getFirst();
    var outputs = build.at("with", "outputs").text();
    assertTrue(outputs.contains(",push-by-digest=true,"), outputs);
    assertFalse(build.at("with", "tags").exists());
    var scan = uses(steps, "aquasecurity/trivy-action").getFirst();
    assertTrue(scan.at("with", "image-ref").text().endsWith("@${{ steps.build.outputs.digest }}"));
    var named = steps.getLast().at("run").text();
    assertTrue(named.contains("imagetools create -t \"$IMAGE:$VERSION"), named);
    assertTrue(steps.indexOf(scan) < steps.size() - 1);
  }

  @Test
  void theTagIsTheVersionOfTheChartAndThatOfThePoms() {
    var check =
        RELEASE.at("jobs", "jars", "steps").items().stream()
            .map(step -> step.at("run").text())
            .filter(run -> run.contains("GITHUB_REF_NAME") && run.contains("test "))
            .findFirst()
            .orElseThrow();
    assertTrue(check.contains("helm/muster/Chart.yaml") && check.contains("pom.xml"), check);
    // What its second pattern finds, and nothing else does.
    var found = Pattern.compile("(?m)^  <version>(.*)-SNAPSHOT</version>$");
    var versions =
        found.matcher(Checkout.read("pom.xml")).results().map(each -> each.group(1)).toList();
    var chart = Tree.parse(Checkout.read("helm/muster/Chart.yaml")).at("version").text();
    assertEquals(List.of(chart), versions);
    assertTrue(check.contains("s|^  <version>\\(.*\\)-SNAPSHOT</version>$|\\1|p"), check);
  }

  @Test
  void everyImageCanComeFromAMirror() {
    var mirrored =
        Rendering.Request.of()
            .with("image.registry", "mirror.example.org")
            .with("database.bundled.image.registry", "mirror.example.org")
            .with("collector.image.registry", "mirror.example.org")
            .with("collector.enabled", true)
            .with("collector.jaeger", "jaeger:4317")
            .with("collector.loki", "http://loki:3100/otlp")
            .with("image.pullSecrets[0]", "mirror");
    for (var workload : Rendering.of(mirrored).workloads()) {
      assertEquals(
          "mirror", workload.pod().at("imagePullSecrets").items().getFirst().at("name").text());
      for (var container : workload.containers()) {
        var image = container.at("image").text();
        assertTrue(image.startsWith("mirror.example.org/"), image);
      }
    }
  }

  @Test
  void imagesAreOfAnotherUserAndStartWhereTheChartPutsTheirSettings() {
    for (var file : Checkout.files("docker", "")) {
      var text = Checkout.read(file);
      assertTrue(text.contains("\nUSER 10001:10001\n"), file::toString);
      assertTrue(text.contains("\nWORKDIR /opt/muster\n"), file::toString);
      assertTrue(text.contains("\nENTRYPOINT ["), file::toString);
      assertTrue(text.contains("org.opencontainers.image.licenses=\"Apache-2.0\""));
      for (var argument : List.of("VERSION", "REVISION", "SOURCE")) {
        var label = "org.opencontainers.image." + argument.toLowerCase(Locale.ROOT);
        assertTrue(text.contains(label + "=\"${" + argument + "}\""), file + ": " + label);
      }
      assertFalse(text.contains(":latest"), file::toString);
    }
    var user = Tree.parse(Checkout.read("helm/muster/values.yaml")).at("podSecurityContext");
    assertEquals("10001", user.at("runAsUser").text());
  }

  @Test
  void bothProcessorsAreBuiltFor() {
    assertEquals(
        "linux/amd64,linux/arm64",
        RELEASE.at("jobs", "images", "steps").items().stream()
            .map(step -> step.at("with", "platforms").text())
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElse(""));
    assertEquals(2, matrix("native-images").at("runner").items().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"images", "native-images"})
  void everyImageHasABillOfMaterialsAScanAndATimeThatIsThatOfTheSources(String job) {
    var steps = RELEASE.at("jobs", job, "steps").items();
    assertEquals(1, uses(steps, "anchore/sbom-action").size());
    assertEquals(
        "cyclonedx-json",
        uses(steps, "anchore/sbom-action").getFirst().at("with", "format").text());
    // Else it writes to a release of that tag where there is one, and the job has no right to.
    assertEquals(
        "false",
        uses(steps, "anchore/sbom-action").getFirst().at("with", "upload-release-assets").text());
    var scan = uses(steps, "aquasecurity/trivy-action").getFirst();
    assertEquals("1", scan.at("with", "exit-code").text());
    var build = uses(steps, "docker/build-push-action").getFirst();
    for (var argument : List.of("MODULE", "VERSION", "REVISION", "SOURCE")) {
      assertTrue(build.at("with", "build-args").text().contains(argument + "=${{"), argument);
    }
    assertTrue(build.at("with", "outputs").text().contains("rewrite-timestamp=true"));
    // What is within the jars has the same time.
    var pom =
        Pattern.compile("<project.build.outputTimestamp>([^<]+)<")
            .matcher(Checkout.read("pom.xml"));
    assertTrue(pom.find());
    assertEquals(
        Long.toString(Instant.parse(pom.group(1)).getEpochSecond()),
        build.at("env", "SOURCE_DATE_EPOCH").text());
  }

  private static List<Tree> uses(List<Tree> steps, String action) {
    return steps.stream().filter(step -> step.at("uses").text().startsWith(action + "@")).toList();
  }

  @Test
  void nativeExecutablesAreBuiltOfEveryService() {
    var services = new TreeSet<String>();
    for (var each : matrix("images").at("include").items()) {
      if (each.at("file").text().equals("service")) {
        services.add(each.at("module").text());
      }
    }
    assertEquals(4, services.size());
    assertEquals(services, new TreeSet<>(matrix("native-images").at("module").texts()));
    var named = new TreeSet<String>();
    matrix("native-manifests")
        .at("include")
        .items()
        .forEach(at -> named.add(at.at("module").text()));
    assertEquals(services, named);
    var build = Tree.parse(Checkout.read(".github/workflows/build.yaml"));
    var started = new TreeSet<String>();
    for (var each : build.at("jobs", "native", "strategy", "matrix", "include").items()) {
      started.add(each.at("module").text());
    }
    assertEquals(services, started);
  }

  @Test
  void anExecutableIsBuiltOnTheDistributionThatItRunsOn() {
    var build =
        RELEASE.at("jobs", "native-images", "steps").items().stream()
            .map(step -> step.at("run").text())
            .filter(run -> run.contains("-Pnative"))
            .findFirst()
            .orElseThrow();
    var image = Pattern.compile("builder-image=\\S+/(ubi[0-9]+)-").matcher(build);
    assertTrue(build.contains("container-build=true") && image.find(), build);
    assertTrue(
        Checkout.read("docker/Dockerfile.native").contains("/" + image.group(1) + "-"), build);
  }

  @Test
  void aPublishedChartAsksForTheImagesThatWerePublishedWithIt() {
    var names =
        RELEASE.at("jobs", "jars", "steps").items().stream()
            .filter(step -> step.at("id").text().equals("names"))
            .map(step -> step.at("run").text())
            .findFirst()
            .orElseThrow();
    // A registry refuses capital letters, which owners of repositories may have.
    var name =
        Pattern.compile("registry=(\\S+\\$\\{GITHUB_REPOSITORY_OWNER,,}\\S+)\"").matcher(names);
    assertTrue(name.find(), names);
    assertFalse(RELEASE.text().contains("github.repository_owner"));
    var pushedTo = name.group(1).replace("${GITHUB_REPOSITORY_OWNER,,}", "acme");
    var steps = RELEASE.at("jobs", "chart", "steps").items();
    var change =
        steps.stream()
            .map(step -> step.at("run").text())
            .filter(run -> run.startsWith("sed -i"))
            .findFirst()
            .orElseThrow();
    var parts = Pattern.compile("s\\|\\^(.*)\\$\\|(.*)\\|\"").matcher(change);
    assertTrue(parts.find(), change);
    var values = Checkout.read("helm/muster/values.yaml");
    assertTrue(values.lines().anyMatch(parts.group(1)::equals), change);
    var repository = parts.group(2).replace("${REGISTRY#*/}", pushedTo.replaceFirst("^[^/]*/", ""));
    var changed = Tree.parse(values.replace(parts.group(1) + "\n", repository + "\n")).at("image");
    assertEquals(pushedTo, changed.at("registry").text() + "/" + changed.at("repository").text());
  }

  @Test
  void aVersionOfTheChartIsPushedOnceToWhereSitesLookForIt() {
    var runs =
        RELEASE.at("jobs", "chart", "steps").items().stream()
            .map(step -> step.at("run").text())
            .filter(run -> run.contains("/charts"))
            .toList();
    assertEquals(UNPUBLISHED, runs.getFirst());
    assertTrue(runs.get(1).endsWith("helm push muster-*.tgz \"oci://${REGISTRY%/*}/charts\""));
    var image = Tree.parse(Checkout.read("argocd/regions/common.yaml")).at("image");
    var registry = image.at("registry").text() + "/" + image.at("repository").text();
    for (var set : List.of("hubs", "edges")) {
      var spec = Tree.parse(Checkout.read("argocd/apps/" + set + ".yaml")).at("spec", "template");
      assertEquals(
          registry.replaceFirst("/[^/]*$", "/charts"),
          spec.at("spec", "sources").items().getFirst().at("repoURL").text());
    }
  }

  /** Otherwise images of that version would have become others by then. */
  @Test
  void aVersionThatIsPublishedEndsBeforeAnythingIsBuilt() {
    var first = RELEASE.at("jobs", "jars");
    var steps = first.at("steps").items();
    var runs = steps.stream().map(step -> step.at("run").text()).toList();
    var guard = runs.indexOf(UNPUBLISHED);
    assertTrue(guard > 0, runs::toString);
    var build = runs.stream().filter(run -> run.startsWith("mvn ")).findFirst().orElseThrow();
    assertTrue(guard < runs.indexOf(build), runs::toString);
    var names = steps.get(guard).at("env");
    assertEquals("${{ steps.names.outputs.registry }}", names.at("REGISTRY").text());
    assertEquals("${{ steps.names.outputs.version }}", names.at("VERSION").text());
    assertFalse(first.at("needs").exists());
    for (var job : RELEASE.at("jobs").members().entrySet()) {
      var needs = new Tree(job.getValue()).at("needs");
      var isFirst = job.getKey().equals("jars");
      assertTrue(isFirst || needs.text().equals("jars") || needs.texts().contains("jars"));
    }
  }

  @Test
  void workflowsHaveNoMoreRightsThanTheyNeed() {
    for (var file : Checkout.files(".github/workflows", ".yaml")) {
      var workflow = Tree.parse(Checkout.read(file));
      assertEquals(Map.of("contents", "read"), workflow.at("permissions").members());
      for (var job : workflow.at("jobs").members().entrySet()) {
        var where = file.getFileName() + " " + job.getKey();
        var of = new Tree(job.getValue());
        assertTrue(of.at("timeout-minutes").exists(), where);
        // Only whoever pushes images or the chart may write, and nothing but these.
        var asks = of.text().contains("secrets.GITHUB_TOKEN");
        var pushes = PUSH.matcher(of.text()).find();
        assertTrue(asks || !pushes, where);
        var expected =
            asks
                ? Map.<String, Object>of("contents", "read", "packages", pushes ? "write" : "read")
                : Map.of();
        assertEquals(expected, of.at("permissions").members(), where);
      }
    }
  }

  /** A tag can be moved to somebody else's code, as those of a scanner of images once were. */
  @Test
  void actionsAreNamedByTheirCommitsAndSayWhichVersionThatIs() {
    var action = Pattern.compile("uses: (\\S+)(.*)");
    var pinned = Pattern.compile("[^@]+@[0-9a-f]{40}");
    var commits = new TreeMap<String, String>();
    for (var file : Checkout.files(".github/workflows", ".yaml")) {
      var found = action.matcher(Checkout.read(file));
      while (found.find()) {
        var name = found.group(1);
        assertTrue(pinned.matcher(name).matches(), () -> file + ": " + name);
        assertTrue(
            found.group(2).matches(" # v[0-9]+[.][0-9]+[.][0-9]+"), () -> file + ": " + name);
        var before = commits.putIfAbsent(name.replaceFirst("@.*", ""), name);
        assertTrue(before == null || before.equals(name), () -> "two of " + name);
      }
    }
    assertFalse(commits.isEmpty());
  }

  private static Tree matrix(String job) {
    return RELEASE.at("jobs", job, "strategy", "matrix");
  }
}
