package io.muster.systemtests.stack;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.util.Arrays;
import java.util.List;

/**
 * Programs that tests use as users do. Where one is missing the test is reported as skipped, and
 * fails with {@code CI=true}: there a missing program is a hole in the evidence, unless it is said
 * to be none.
 */
public final class CommandLineTools {
  private CommandLineTools() {}

  /** Ends the test unless all are on the PATH. */
  public static void require(String... tools) {
    var missing = Arrays.stream(tools).filter(tool -> !isOnPath(tool)).toList();
    var message = "Not on the PATH: " + missing + ". Install " + packages(missing) + ".";
    if ("true".equals(System.getenv("CI")) && !excused().containsAll(missing)) {
      assertTrue(missing.isEmpty(), message);
    }
    assumeTrue(missing.isEmpty(), message);
  }

  /** What this machine cannot have, and its owner says so: {@code MUSTER_TESTS_WITHOUT}. */
  private static List<String> excused() {
    var names = System.getenv("MUSTER_TESTS_WITHOUT");
    return names == null ? List.of() : List.of(names.split(" "));
  }

  private static List<String> packages(List<String> tools) {
    return tools.stream()
        .map(
            tool ->
                switch (tool) {
                  case "mosquitto_pub", "mosquitto_sub" -> "mosquitto-clients";
                  case "node" -> "nodejs";
                  case "zck", "zck_read_header" -> "zchunk";
                  default -> tool;
                })
        .distinct()
        .toList();
  }

  private static boolean isOnPath(String tool) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> new File(folder, tool).canExecute());
  }
}
