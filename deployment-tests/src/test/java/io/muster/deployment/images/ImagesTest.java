package io.muster.deployment.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering;
import java.nio.file.Files;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The images that the chart runs are those that are built. */
class ImagesTest {
  private static final Tree RELEASE = Tree.parse(Checkout.read(".github/workflows/release.yaml"));

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

  @Test
  void imagesAreOfAnotherUserAndStartWhereTheChartPutsTheirSettings() {
    for (var file : Checkout.files("docker", "")) {
      var text = Checkout.read(file);
      assertTrue(text.contains("\nUSER 10001:10001\n"), file::toString);
      assertTrue(text.contains("\nWORKDIR /opt/muster\n"), file::toString);
      assertTrue(text.contains("\nENTRYPOINT ["), file::toString);
      assertTrue(text.contains("org.opencontainers.image.licenses=\"Apache-2.0\""));
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

  @Test
  void workflowsHaveNoMoreRightsThanTheyNeed() {
    for (var file : Checkout.files(".github/workflows", ".yaml")) {
      var workflow = Tree.parse(Checkout.read(file));
      assertEquals("read", workflow.at("permissions", "contents").text(), file::toString);
      workflow
          .at("jobs")
          .members()
          .forEach(
              (name, job) ->
                  assertTrue(
                      new Tree(job).at("timeout-minutes").exists(), () -> file + " " + name));
    }
  }

  private static Tree matrix(String job) {
    return RELEASE.at("jobs", job, "strategy", "matrix");
  }
}
