package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.systemtests.devices.TestDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How the tools of Eclipse mosquitto are called. */
final class Mosquitto {
  static final long PATIENCE_SECONDS = 60;

  /** How long one that has heard what it waited for may take to end. */
  private static final long SOON_MILLIS = 300;

  private Mosquitto() {}

  /** As the device, by its secret; more arguments may be added to the list. */
  static List<String> command(String tool, TestDevice device, String... more) {
    var command = nameless(tool, device);
    command.addAll(List.of("-u", device.userName(), "-P", device.password()));
    command.addAll(Arrays.asList(more));
    return command;
  }

  /** With the device's client identifier and without a user name. */
  static List<String> nameless(String tool, TestDevice device, String... more) {
    var command =
        new ArrayList<>(List.of(tool, "-h", "localhost", "-i", device.clientIdentifier()));
    command.addAll(Arrays.asList(more));
    return command;
  }

  /** Runs it to its end, which must be a good one. */
  static void run(List<String> command) throws IOException, InterruptedException {
    var output = Files.createTempFile("mosquitto", ".out");
    var process = start(output, command);
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), command.getFirst() + " hangs");
    assertEquals(0, process.exitValue(), Files.readString(output));
  }

  /** Whether it ends by itself, as it does when it has heard something. */
  static boolean endsSoon(Process subscriber) throws InterruptedException {
    return subscriber.waitFor(SOON_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What it prints comes into the file when it ends. */
  static Process start(Path output, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}
