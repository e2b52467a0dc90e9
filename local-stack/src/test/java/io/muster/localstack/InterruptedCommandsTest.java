package io.muster.localstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.device.FakeEndpoint;
import io.muster.localstack.files.PrivateFiles;
import io.muster.localstack.home.MusterHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code simulate} and {@code replay} as processes of their own, and how they end. */
class InterruptedCommandsTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final Pattern HOW_FAR =
      Pattern.compile("(\\d+) of 50 readings acknowledged.*; (\\d+) were not\\.");

  @TempDir Path folder;
  private MusterHome home;
  private Path output;
  private Process process;

  @BeforeEach
  void devicesHaveTheirSecrets() throws IOException {
    home = new MusterHome(folder.resolve("home")).create();
    output = folder.resolve("output");
    PrivateFiles.write(home.adminToken(), "token");
    for (var device : List.of("sim-00001", "sim-00002", "room-a")) {
      PrivateFiles.write(home.devices("demo").resolve(device + ".secret"), "secret");
    }
  }

  @AfterEach
  void end() {
    process.destroyForcibly();
  }

  @ParameterizedTest
  @CsvSource({"INT,answer,2", "TERM,none,0"})
  void simulatedDevicesSayGoodbyeAndThatIsASuccess(String signal, String commands, int listen)
      throws Exception {
    try (var endpoint = FakeEndpoint.acknowledging(Integer.MAX_VALUE)) {
      start(
          "simulate",
          "--devices",
          "2",
          "--rate",
          "10/s",
          "--commands",
          commands,
          "--endpoint",
          endpoint.url());
      // Of both, else one might not be there yet.
      Awaitility.await()
          .atMost(SOON)
          .until(() -> endpoint.published() > 10 && endpoint.publishedTopics() == 2);
      assertEquals(0, ends(signal));
      assertTrue(said().contains("readings acknowledged, 0 refused"), said());
      Awaitility.await().atMost(SOON).until(() -> endpoint.goodbyes() == 2);
      assertEquals(listen, endpoint.subscribed());
    }
  }

  @Test
  void devicesThatAreNotLetInAreAFailure() throws Exception {
    try (var endpoint = FakeEndpoint.refusing()) {
      // Nobody is there who would give them another secret.
      start("simulate", "--devices", "2", "--endpoint", endpoint.url());
      assertEquals(1, ends());
      assertFalse(said().contains("inside ./muster"), said());
      assertFalse(said().contains("readings acknowledged"), said());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void aReplayTellsHowFarItGot(String signal) throws Exception {
    var rows = new StringBuilder("time,temperature\n");
    for (var second = 10; second < 60; second++) {
      rows.append("2026-01-01T00:00:").append(second).append("Z,20.5\n");
    }
    var file = Files.writeString(folder.resolve("rows.csv"), rows);
    try (var endpoint = FakeEndpoint.acknowledging(5)) {
      start(
          "replay",
          file.toString(),
          "--device",
          "room-a",
          "--window",
          "5",
          "--endpoint",
          endpoint.url());
      // A window was acknowledged and has made room for the next one.
      Awaitility.await().atMost(SOON).until(() -> endpoint.published() == 10);
      assertEquals(1, ends(signal));
      var told = HOW_FAR.matcher(said());
      assertTrue(told.find(), said());
      assertEquals("5", told.group(1), said());
      assertEquals("45", told.group(2), said());
      Awaitility.await().atMost(SOON).until(() -> endpoint.goodbyes() == 1);
    }
  }

  private void start(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    if (Files.exists(Path.of("/proc"))) {
      // A process that was started with SIGINT ignored hands that on.
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-Dmuster.root=" + Checkout.find().root(),
            "-cp",
            System.getProperty("java.class.path"),
            "io.muster.localstack.Muster"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    builder.environment().put("MUSTER_HOME", home.folder().toString());
    builder.environment().put("MUSTER_PORT_OFFSET", Integer.toString(FreePort.any() - 8081));
    process = builder.start();
  }

  /** Its exit code after a signal. */
  private int ends(String signal) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid()).start().waitFor();
    return ends();
  }

  private int ends() throws Exception {
    assertTrue(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS), said());
    return process.exitValue();
  }

  private String said() throws IOException {
    return Files.readString(output);
  }
}
