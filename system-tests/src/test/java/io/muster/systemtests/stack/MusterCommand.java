package io.muster.systemtests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code ./muster} as its script does, but for the building: the modules are built when these
 * tests run.
 *
 * @param root of the checkout
 * @param home where the stack keeps everything
 * @param portOffset added to every port
 */
public record MusterCommand(Path root, Path home, int portOffset) {

  /** What a command said and how it ended. */
  public record Result(int exitCode, String output) {}

  /** The checkout around the module in which the tests run. */
  public static Path findRoot() {
    var folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("local-stack").resolve("pom.xml"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("not within a checkout: " + Path.of("").toAbsolutePath());
    }
    return folder;
  }

  /** The script itself, as users call it. */
  public Path script() {
    return root.resolve("muster");
  }

  /** Makes a command that is started with this environment find this stack. */
  public void prepare(Map<String, String> environment) {
    environment.put("MUSTER_HOME", home.toString());
    environment.put("MUSTER_PORT_OFFSET", Integer.toString(portOffset));
    // The script looks for a JDK there first.
    environment.put("JAVA_HOME", System.getProperty("java.home"));
  }

  /** Runs it to its end. */
  public Result run(Duration patience, String... arguments) {
    return run(patience, Map.of(), arguments);
  }

  /** The same with more in its environment. */
  public Result run(Duration patience, Map<String, String> environment, String... arguments) {
    return finish(output -> start(output, environment, arguments), patience, arguments);
  }

  /** Runs the script to its end. */
  public Result runScript(Duration patience, String... arguments) {
    return finish(output -> startScript(output, arguments), patience, arguments);
  }

  /** Starts something that writes into the file. */
  private interface Starter {
    Process start(Path output) throws IOException;
  }

  private static Result finish(Starter starter, Duration patience, String... arguments) {
    try {
      var output = Files.createTempFile("muster-", ".out");
      try {
        var process = starter.start(output);
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          throw new AssertionError(
              "muster %s did not end within %s:%n%s"
                  .formatted(List.of(arguments), patience, Files.readString(output)));
        }
        return new Result(process.exitValue(), Files.readString(output));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts the script as from a terminal, where Ctrl-C is not ignored. */
  public Process startScript(Path output, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    if (Files.exists(Path.of("/proc"))) {
      // A process that was started with SIGINT ignored hands that on (POSIX sh, background jobs).
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(script().toString());
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(output.toFile()).directory(root.toFile());
    prepare(builder.environment());
    builder.environment().put("MUSTER_BUILT", "yes");
    return builder.start();
  }

  /** Starts it; what it says goes into the file. */
  public Process start(Path output, String... arguments) throws IOException {
    return start(output, Map.of(), arguments);
  }

  private Process start(Path output, Map<String, String> environment, String... arguments)
      throws IOException {
    var target = root.resolve("local-stack").resolve("target");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dmuster.root=" + root,
            "-cp",
            target.resolve("*") + ":" + target.resolve("lib").resolve("*"),
            "io.muster.localstack.Muster"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    prepare(builder.environment());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    return builder.start();
  }
}
