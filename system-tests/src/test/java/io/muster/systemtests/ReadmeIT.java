package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.MusterCommand;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's first five minutes, line by line. The stack runs already and is not stopped; its
 * start and its end are {@code MusterCommandIT}'s.
 */
@ExtendWith(SharedStack.class)
class ReadmeIT {
  private static final Pattern SHELL_BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final List<Integer> PORTS = List.of(1883, 8883, 8081, 8082, 8083, 1884);

  private static final Pattern COUNT = Pattern.compile("\"temperature\":\\{\"count\":(\\d+)");

  /** Three are sent, each in another way. */
  private static final int READINGS = 3;

  private static final int REPLAYED = 2;

  @TempDir Path folder;
  private final RunningStack stack;

  ReadmeIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void worksAsItStands() throws Exception {
    CommandLineTools.require("sh", "curl", "jq", "mosquitto_pub", "mosquitto_sub");
    var lines = lines(Files.readString(MusterCommand.findRoot().resolve("README.md")));
    for (var shown :
        List.of(
            "mosquitto_pub",
            "mosquitto_sub",
            "--cafile",
            "mqttv311",
            "mqttv5",
            "muster up --detach",
            "muster simulate",
            "muster replay history.csv",
            "muster status")) {
      assertTrue(lines.contains(shown), "the README does not show " + shown);
    }
    var output = run(here(lines));
    assertTrue(output.contains("A stack is already running here"), output);
    assertFalse(output.contains("\"status\":4"), output);
    assertEquals(READINGS, counted(output), "not read back: " + output);
    assertTrue(output.contains("command/demo/thermo-1/req//reboot {\"delay\":5}"), output);
    assertTrue(output.contains("100 devices of tenant demo"), output);
    var replayed = DeviceAddress.of("demo", "thermo-2");
    assertEquals(REPLAYED, stack.store().readings(replayed), output);
    var simulated = DeviceAddress.of("demo", "sim-00100");
    assertTrue(stack.store().readings(simulated) > 0, output);
  }

  /** What the lines print, the command that their listener waits for included. */
  private String run(String lines) throws Exception {
    var script =
        Files.writeString(
            folder.resolve("readme.sh"), "set -eu\n" + lines + "\nwait \"$listener\"\n");
    var output = folder.resolve("output");
    var builder =
        new ProcessBuilder("sh", script.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    stack.muster().prepare(builder.environment());
    var process = builder.start();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("does not end: " + Files.readString(output));
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
    var printed = Files.readString(output);
    assertEquals(0, process.exitValue(), printed);
    return printed;
  }

  /** Over all buckets: the run may have begun in another hour than it ended. */
  private static int counted(String printed) {
    return COUNT.matcher(printed).results().mapToInt(it -> Integer.parseInt(it.group(1))).sum();
  }

  /**
   * What a newcomer pastes, in their order. What is for another terminal runs in a shell that knows
   * nothing of the first one, until it has heard something.
   */
  private static String lines(String readme) {
    return SHELL_BLOCK
        .matcher(readme)
        .results()
        .map(block -> block.group(1))
        .map(block -> block.contains("mosquitto_sub") ? inAnotherTerminal(block) : block)
        .collect(Collectors.joining("\n"));
  }

  private static String inAnotherTerminal(String block) {
    return """
    cat > listener.sh <<'END'
    set -eu
    %s -C 1
    END
    sh listener.sh &
    listener=$!
    """
        .formatted(block.strip());
  }

  /** With this stack's ports and folder, while it runs, and no longer than a test may take. */
  private String here(String lines) {
    var shifted = lines.replace(".muster/", stack.muster().home() + "/");
    for (var port : PORTS) {
      shifted =
          shifted.replaceAll(
              "\\b" + port + "\\b", Integer.toString(port + stack.muster().portOffset()));
    }
    return shifted
        .replace("./muster up --detach", "if ./muster up --detach; then exit 9; fi")
        .replace("--duration 1m", "--duration 3s")
        .replaceAll("\\./muster (down|test).*", "")
        .replace("./muster", "'" + stack.muster().script() + "'");
  }
}
