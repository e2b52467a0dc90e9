package io.muster.systemtests.firmware;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.localstack.FreePort;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.OwnFirmware;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** SWUpdate itself, unchanged, as a distribution packages it. */
@ExtendWith(SharedStack.class)
class SwupdateIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final byte[] PAYLOAD = new byte[4_000_000];

  static {
    new Random(9).nextBytes(PAYLOAD);
  }

  private final RunningStack stack;
  private TenantId tenant;
  private DeviceAddress device;

  // Its sockets are in it, and their names must be short.
  @TempDir Path folder;

  SwupdateIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    CommandLineTools.require("swupdate", "openssl");
    tenant = stack.newTenant();
    device = stack.newDevice(tenant, "lamp-1").address();
  }

  @Test
  void itUpdatesOverABadLineAndReportsAfterItsRestart() throws Exception {
    var target = folder.resolve("installed.bin");
    var image = SwuImage.make(folder, PAYLOAD, target);
    var port = FreePort.any();
    // Links lead over the bad line as well.
    try (var line = new Scissors(port, 1_000_000, 2);
        var service =
            OwnFirmware.start(
                stack,
                "firmware-line",
                port,
                Map.of("MUSTER_FIRMWARE_PUBLIC_URL", "http://127.0.0.1:" + line.port()))) {
      var updates = Updates.of(stack, service.url(), tenant);
      var token = updates.token(device);
      var action = updates.assign(device, updates.released("1.0", "lamp.swu", image.bytes()));
      try (var client = run(image.certificate(), line.port(), token)) {
        await()
            .atMost(PATIENCE)
            .failFast(() -> assertTrue(client.process.isAlive(), client.log()))
            .until(() -> Files.exists(target) && Files.size(target) == PAYLOAD.length);
        assertArrayEquals(PAYLOAD, Files.readAllBytes(target));
        assertEquals(0, line.cutsLeft(), client.log());
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    updates
                        .action(device, action)
                        .path("history")
                        .toString()
                        .contains("proceeding"));
        assertEquals("open", updates.state(device, action), client.log());
      }
      // It starts anew, by its new firmware, and says that it has come up.
      try (var client = run(image.certificate(), line.port(), token, "-c", "2")) {
        await()
            .atMost(PATIENCE)
            .failFast(() -> assertTrue(client.process.isAlive(), client.log()))
            .until(() -> updates.state(device, action).equals("finished"));
      }
      assertEquals("1.0", updates.installed(device).path(0).path("version").asText());
    }
  }

  @Test
  void itDoesNotInstallWhatAnotherSigned() throws Exception {
    var target = folder.resolve("installed.bin");
    var image = SwuImage.make(Files.createDirectory(folder.resolve("theirs")), PAYLOAD, target);
    var own = SwuImage.make(Files.createDirectory(folder.resolve("own")), new byte[1], target);
    var updates = Updates.of(stack, stack.firmware(1), tenant);
    var action = updates.assign(device, updates.released("1.0", "lamp.swu", image.bytes()));
    var port = Integer.parseInt(stack.firmware(1).replaceFirst(".*:", ""));
    try (var _ = run(own.certificate(), port, updates.token(device))) {
      await().atMost(PATIENCE).until(() -> updates.state(device, action).equals("failed"));
    }
    assertFalse(Files.exists(target));
    assertTrue(updates.installed(device).isEmpty());
  }

  private Running run(Path certificate, int port, String token, String... more) throws IOException {
    var suricatta =
        new ArrayList<>(
            List.of(
                "-t",
                tenant.value(),
                "-i",
                device.device().value(),
                "-u",
                "http://127.0.0.1:" + port,
                "-k",
                token,
                "-p",
                "2",
                "-r",
                "20",
                "-w",
                "1"));
    suricatta.addAll(List.of(more));
    var log = Files.createTempFile(folder, "swupdate", ".log");
    var builder =
        new ProcessBuilder(
                "swupdate",
                "-v",
                "-m",
                "-M",
                "-H",
                "lamp:1.0",
                "-k",
                certificate.toString(),
                "-u",
                String.join(" ", suricatta))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("TMPDIR", Files.createTempDirectory(folder, "swu").toString());
    return new Running(builder.start(), log);
  }

  /** A device's SWUpdate, until its power goes. */
  private record Running(Process process, Path file) implements AutoCloseable {
    String log() {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        return e.toString();
      }
    }

    /** Its children as well. */
    @Override
    public void close() {
      var all = new ArrayList<>(process.descendants().toList());
      all.add(process.toHandle());
      all.forEach(ProcessHandle::destroyForcibly);
      all.forEach(it -> it.onExit().join());
    }
  }
}
