package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.MusterCommand;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The README's first five minutes, line by line, but for starting and stopping the stack. */
@ExtendWith(SharedStack.class)
class ReadmeIT {
  private static final Pattern SHELL_BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final List<Integer> PORTS = List.of(1883, 8883, 8081, 8082, 1884);

  @TempDir Path folder;
  private final RunningStack stack;

  ReadmeIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void worksAsItStands() throws Exception {
    CommandLineTools.require("sh", "curl", "jq", "mosquitto_pub", "mosquitto_sub");
    var lines = lines(Files.readString(MusterCommand.findRoot().resolve("README.md")));
    for (var shown : List.of("mosquitto_pub", "mosquitto_sub", "--cafile", "mqttv311", "mqttv5")) {
      assertTrue(lines.contains(shown), "the README does not show " + shown);
    }
    // The listener, in the background, hears of one command.
    var script =
        Files.writeString(folder.resolve("readme.sh"), "set -eu\n" + here(lines) + "\nwait $!\n");
    var output = folder.resolve("output");
    var process =
        new ProcessBuilder("sh", script.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    var command = new ServiceAccount(stack, "command", 908);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              command.publish("command/demo/thermo-1/req/1/reboot", "{}");
              return !process.isAlive();
            });
    var printed = Files.readString(output);
    assertEquals(0, process.exitValue(), printed);
    assertFalse(printed.contains("\"status\":4"), printed);
    // Three were sent, each in another way.
    assertTrue(printed.contains("\"temperature\":{\"count\":3"), "not read back: " + printed);
    assertTrue(printed.contains("command/demo/thermo-1/req/1/reboot {}"), printed);
  }

  /** What a newcomer pastes between {@code up} and {@code down}. */
  private static String lines(String readme) {
    return SHELL_BLOCK
        .matcher(readme)
        .results()
        .map(block -> block.group(1))
        .filter(block -> !block.contains("./muster"))
        .map(block -> block.contains("mosquitto_sub") ? block.strip() + " -C 1 &\n" : block)
        .collect(Collectors.joining("\n"));
  }

  /** With this stack's ports and folder. */
  private String here(String lines) {
    var shifted = lines.replace(".muster/", stack.muster().home() + "/");
    for (var port : PORTS) {
      shifted =
          shifted.replaceAll(
              "\\b" + port + "\\b", Integer.toString(port + stack.muster().portOffset()));
    }
    return shifted;
  }
}
