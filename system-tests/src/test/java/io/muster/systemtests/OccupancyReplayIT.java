package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.MusterCommand;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Real readings of three rooms, through {@code ./muster replay} and two kills of ingest. */
@ExtendWith(SharedStack.class)
class OccupancyReplayIT {
  /** Names the folder of the recordings. */
  private static final String FOLDER_VARIABLE = "MUSTER_OCCUPANCY_DATA";

  /** Where they are without it, seen from the checkout. */
  private static final String FOLDER = "../shared/data/occupancy";

  /** Slow enough to be killed twice. */
  private static final String SLOW = "10";

  private static final String FAST = "500";
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final List<Room> ROOMS =
      List.of(
          new Room("room-a", 8_143, "167901.198"),
          new Room("room-b", 2_665, "57121.280"),
          new Room("room-c", 9_752, "204809.246"));

  private final RunningStack stack;

  OccupancyReplayIT(RunningStack stack) {
    this.stack = stack;
  }

  /**
   * @param readings how many the file has
   * @param temperatures their sum, three decimals
   */
  private record Room(String name, long readings, String temperatures) {
    Path recording(Path folder) {
      return folder.resolve(name + ".csv");
    }
  }

  @Test
  void storesThreeRoomsExactlyThoughIngestIsKilledTwiceAndTheyAreReplayedAgain() throws Exception {
    var folder = recordings();
    var tenant = stack.newTenant();
    var replays = startAll(folder, tenant, SLOW);
    for (int kill = 0; kill < 2; kill++) {
      var enough = stack.store().readings(tenant) + 1_000;
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> stack.store().readings(tenant) >= enough);
      var killed = stack.processes().kill("ingest");
      assertTrue(replays.stream().anyMatch(Process::isAlive), "killed too late to show anything");
      stack.processes().awaitRestart("ingest", killed);
    }
    awaitAll(replays);
    assertStored(tenant);
    awaitAll(startAll(folder, tenant, FAST));
    assertStored(tenant);
  }

  /** Skips the test where they are not, unless the variable promises them. */
  private static Path recordings() {
    var named = System.getenv(FOLDER_VARIABLE);
    if (named != null && !named.isBlank()) {
      var folder = Path.of(named).toAbsolutePath();
      assertTrue(isComplete(folder), FOLDER_VARIABLE + " names a folder without them: " + folder);
      return folder;
    }
    var folder = MusterCommand.findRoot().resolve(FOLDER).normalize();
    assumeTrue(
        isComplete(folder),
        "The recordings of three rooms (room-a.csv, room-b.csv, room-c.csv) are not in %s beside this checkout; %s may name their folder"
            .formatted(FOLDER, FOLDER_VARIABLE));
    return folder;
  }

  private static boolean isComplete(Path folder) {
    return ROOMS.stream().allMatch(room -> Files.isRegularFile(room.recording(folder)));
  }

  /**
   * @param window how many messages of a room wait for their PUBACK
   */
  private List<Process> startAll(Path folder, TenantId tenant, String window) throws IOException {
    var replays = new ArrayList<Process>();
    for (var room : ROOMS) {
      var output = Files.createTempFile("replay-" + room.name(), ".out");
      replays.add(
          stack
              .muster()
              .start(
                  output,
                  "replay",
                  room.recording(folder).toString(),
                  "--time",
                  "time",
                  "--device",
                  room.name(),
                  "--tenant",
                  tenant.value(),
                  "--window",
                  window));
    }
    return replays;
  }

  private static void awaitAll(List<Process> replays) throws InterruptedException {
    for (var replay : replays) {
      assertTrue(replay.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "a replay does not end");
      assertEquals(0, replay.exitValue());
    }
  }

  private void assertStored(TenantId tenant) {
    for (var room : ROOMS) {
      var device = DeviceAddress.of(tenant.value(), room.name());
      assertEquals(room.readings(), stack.store().readings(device), room.name());
      var sum = stack.store().sum(device, "temperature").setScale(3, RoundingMode.HALF_EVEN);
      assertEquals(new BigDecimal(room.temperatures()), sum, room.name());
    }
  }
}
