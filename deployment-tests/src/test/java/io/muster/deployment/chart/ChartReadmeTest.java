package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.io.IOException;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The README is what the generator makes; {@code mvn -pl deployment-tests test
 * -Dtest=ChartReadmeTest -Dmuster.write=true} writes it anew.
 */
class ChartReadmeTest {
  @Test
  void theReadmeIsUpToDate() throws IOException {
    if (Boolean.getBoolean("muster.write")) {
      ChartReadme.write();
    }
    assertEquals(ChartReadme.text(), Checkout.read("helm/muster/README.md"));
  }

  @Test
  void everyValueIsExplained() {
    var values = Tree.parse(Checkout.read("helm/muster/values.yaml"));
    var readme = Checkout.read("helm/muster/README.md");
    var missing = new TreeSet<String>();
    values
        .members()
        .forEach(
            (name, value) -> {
              if (!readme.contains("`" + name + "`") && !readme.contains("`" + name + ".")) {
                missing.add(name);
              }
            });
    assertEquals(new TreeSet<>(), missing);
    assertTrue(readme.contains("| `registry.autoscaling.cpu` | `70` |"));
  }
}
