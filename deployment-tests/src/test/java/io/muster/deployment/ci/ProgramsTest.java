package io.muster.deployment.ci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that tests call are those that continuous integration installs: {@code .ci/packages}.
 */
class ProgramsTest {
  /** In the script a line for each package, and nothing else looks like it. */
  private static final Pattern PACKAGE = Pattern.compile("(?m)^([a-z][a-z0-9-]*)((?: [a-z_]+)+)$");

  private static final Pattern REQUIRED = Pattern.compile("require\\(([^)]*)\\)");
  private static final Pattern TEXT = Pattern.compile("\"([^\"]+)\"");

  /** There on every machine that has a shell. */
  private static final Set<String> EVERYWHERE = Set.of("sh");

  /** Programs by package. */
  private static Map<String, List<String>> packages() {
    var script = Checkout.read(".ci/packages");
    var list = script.substring(script.indexOf("packages='"), script.indexOf("\n'\n") + 1);
    var packages = new TreeMap<String, List<String>>();
    PACKAGE
        .matcher(list)
        .results()
        .forEach(line -> packages.put(line.group(1), List.of(line.group(2).strip().split(" "))));
    return packages;
  }

  private static Set<String> programs() {
    var programs = new HashSet<String>();
    packages().values().forEach(programs::addAll);
    return programs;
  }

  @Test
  void whatTestsRequireIsInstalled() {
    var required = new TreeSet<String>();
    for (var file : Checkout.files("system-tests/src/test/java", ".java")) {
      var source = Checkout.read(file);
      if (source.contains("CommandLineTools")) {
        REQUIRED
            .matcher(source)
            .results()
            .flatMap(call -> TEXT.matcher(call.group(1)).results())
            .forEach(program -> required.add(program.group(1)));
      }
    }
    assertTrue(
        required.containsAll(Set.of("swupdate", "mosquitto_pub", "node")), required::toString);
    required.add("promtool");
    required.removeAll(programs());
    required.removeAll(EVERYWHERE);
    assertEquals(new TreeSet<>(), required);
  }

  @Test
  void workflowsAndContributorsHearOfNoOtherList() {
    for (var file : Checkout.files(".github/workflows", ".yaml")) {
      assertFalse(Checkout.read(file).contains("apt-get"), file::toString);
    }
    var steps = new ArrayList<String>();
    var build = Tree.parse(Checkout.read(".github/workflows/build.yaml"));
    for (var step : build.at("jobs", "test", "steps").items()) {
      step.at("run").ifText().ifPresent(steps::add);
    }
    assertEquals(List.of(".ci/packages --install", ".ci/run"), steps);
    var page = Checkout.read("CONTRIBUTING.md");
    var untold = new TreeSet<>(programs());
    untold.removeIf(program -> page.contains("`" + program + "`"));
    untold.remove("mvn");
    assertEquals(new TreeSet<>(), untold);
  }

  @Test
  void theScriptPrintsWhatIsMissingAndNothingElse(@TempDir Path folder) throws Exception {
    for (var program : packages().get("mosquitto-clients")) {
      executable(folder.resolve(program));
    }
    // One of two is not enough.
    executable(folder.resolve(packages().get("zchunk").getFirst()));
    var builder =
        new ProcessBuilder("/bin/sh", Checkout.ROOT.resolve(".ci/packages").toString())
            .redirectErrorStream(true);
    builder.environment().put("PATH", folder.toString());
    var process = builder.start();
    var printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), printed);
    var expected = new TreeSet<>(packages().keySet());
    expected.remove("mosquitto-clients");
    assertEquals(expected, new TreeSet<>(printed.lines().toList()));
  }

  private static void executable(Path file) throws Exception {
    Files.writeString(file, "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
