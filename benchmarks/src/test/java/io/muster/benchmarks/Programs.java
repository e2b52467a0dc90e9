package io.muster.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.localstack.Checkout;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Scripts of this folder, and what they call. */
final class Programs {
  private Programs() {}

  /** What a script has said, and its exit code. */
  record Run(int exit, String said) {}

  /** The test is skipped where one is missing, but not on CI, which has to install it. */
  static void assumeInstalled(String name) {
    var found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(place -> Files.isExecutable(Path.of(place, name)));
    assumeTrue(found || "true".equals(System.getenv("CI")), name + " is missing");
  }

  /**
   * Runs a script to its end.
   *
   * @param script its name and its arguments
   * @param muster stands for the command {@code muster}
   */
  static Run run(List<String> script, Path muster, Map<String, String> environment)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(script);
    command.set(0, Checkout.find().root().resolve("benchmarks/" + script.getFirst()).toString());
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MUSTER_COMMAND", muster.toString());
    builder.environment().putAll(environment);
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), said);
  }

  /** Writes a program of one's own. */
  static Path executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
