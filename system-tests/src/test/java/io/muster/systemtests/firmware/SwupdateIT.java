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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
  private static final Duration PATIENCE = Duration.ofMinutes(3);
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
    try (var _ = run(own.certificate(), port(stack.firmware(1)), updates.token(device))) {
      await().atMost(PATIENCE).until(() -> updates.state(device, action).equals("failed"));
    }
    assertFalse(Files.exists(target));
    assertTrue(updates.installed(device).isEmpty());
  }

  /**
   * Its handler of deltas shows neither token nor certificate where it fetches chunks (2022.12;
   * certificates came with 2023.12): a proxy beside it does.
   */
  @Test
  void ofAFileThatHasChangedALittleItFetchesWhatIsNew() throws Exception {
    var running = Files.write(folder.resolve("running.bin"), PAYLOAD);
    var next = PAYLOAD.clone();
    for (var changed : new int[] {500_000, 1_900_000, 3_100_000}) {
      Arrays.fill(next, changed, changed + 5_000, (byte) 1);
    }
    var chunks = ZchunkFile.make(folder, next);
    var target = folder.resolve("installed.bin");
    var updates = Updates.of(stack, stack.firmware(1), tenant);
    var token = updates.token(device);
    try (var proxy = TokenProxy.start(stack.firmware(1), token)) {
      var url = DdiClient.base(proxy.url(), device) + "/artifacts/" + chunks.sha256();
      var image = SwuImage.delta(folder, chunks, url, running, target);
      var files = Map.of("lamp.swu", image.bytes(), "lamp.zck", chunks.bytes());
      updates.assign(device, updates.released("1.0", files));
      try (var client = run(image.certificate(), port(stack.firmware(1)), token)) {
        await()
            .atMost(PATIENCE)
            .failFast(() -> assertTrue(client.process.isAlive(), client.log()))
            .until(() -> Files.exists(target) && Files.size(target) == next.length);
        assertArrayEquals(next, Files.readAllBytes(target), client.log());
      }
      assertTrue(proxy.ranges().getFirst().contains(","), () -> "one range: " + proxy.ranges());
      assertTrue(proxy.passed() < next.length / 4, () -> "fetched: " + proxy.passed());
    }
  }

  private static int port(String service) {
    return URI.create(service).getPort();
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
                // What was cut goes on at once.
                "-w",
                "0"));
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
