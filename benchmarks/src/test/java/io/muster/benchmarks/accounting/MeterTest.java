package io.muster.benchmarks.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.accounting.ObservedProcess.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeterTest {
  private static final ObservedProcess DATABASE =
      new ObservedProcess("PostgreSQL", 10, Family.WITH_CHILDREN);
  private static final ObservedProcess SERVICE =
      new ObservedProcess("ingest-service", 20, Family.ALONE);

  @TempDir private Path folder;

  @BeforeEach
  void machine() throws IOException {
    machine(0, 0);
  }

  @Test
  void countsWhatAProcessSpendsAndNotItsChildren() throws IOException {
    stat(20, 1, 100, 0);
    stat(21, 20, 500, 0);
    try (var meter = Meter.start(new ProcFiles(folder), List.of(SERVICE))) {
      stat(20, 1, 350, 999);
      stat(21, 20, 900, 0);

      assertEquals(Duration.ofMillis(2_500), meter.read().costs().getFirst().cpu());
    }
  }

  @Test
  void aBackendThatEndsAndIsReapedIsCountedOnce() throws IOException {
    stat(10, 1, 100, 0);
    stat(11, 10, 40, 0);
    stat(12, 10, 60, 0);
    try (var meter = Meter.start(new ProcFiles(folder), List.of(DATABASE))) {
      stat(10, 1, 110, 70);
      gone(11);
      stat(12, 10, 160, 0);

      // 10 ticks of the parent, 30 more of the one that ended with 70, 100 of the other.
      assertEquals(Duration.ofMillis(1_400), meter.read().costs().getFirst().cpu());
    }
  }

  @Test
  void sharedMemoryIsCountedOnce() throws IOException {
    stat(10, 1, 0, 0);
    stat(11, 10, 0, 0);
    file(10, "smaps_rollup", "00400000-7fff [rollup]\nRss:  9000 kB\nPss:  1000 kB\n");
    file(11, "smaps_rollup", "00400000-7fff [rollup]\nRss:  9000 kB\nPss:  2000 kB\n");
    try (var meter = Meter.start(new ProcFiles(folder), List.of(DATABASE))) {
      assertEquals(3_000 * 1_024, meter.read().costs().getFirst().peakBytes());

      file(11, "smaps_rollup", "00400000-7fff [rollup]\nRss:  9000 kB\nPss:  500 kB\n");

      assertEquals(3_000 * 1_024, meter.read().costs().getFirst().peakBytes());
    }
  }

  @Test
  void theKernelKeepsThePeakOfASingleProcess() throws IOException {
    stat(20, 1, 0, 0);
    file(20, "status", "Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n");
    try (var meter = Meter.start(new ProcFiles(folder), List.of(SERVICE))) {
      assertEquals(2_048 * 1_024, meter.read().costs().getFirst().peakBytes());
    }
  }

  @Test
  void thePeakBeginsWithTheRound() throws IOException {
    stat(20, 1, 0, 0);
    try (var _ = Meter.start(new ProcFiles(folder), List.of(SERVICE))) {
      assertEquals("5", Files.readString(folder.resolve("20/clear_refs")));
    }
  }

  @Test
  void aProcessThatEndedHasNoCost() throws IOException {
    stat(20, 1, 100, 0);
    try (var meter = Meter.start(new ProcFiles(folder), List.of(SERVICE))) {
      gone(20);

      assertThrows(IllegalStateException.class, meter::read);
    }
  }

  @Test
  void whatIsNobodysIsTakenByOthers() throws IOException {
    stat(20, 1, 100, 0);
    machine(5_000, 70);
    try (var meter = Meter.start(new ProcFiles(folder), List.of(SERVICE))) {
      stat(20, 1, 400, 0);
      machine(6_000, 100);
      var bill = meter.read();

      assertEquals(Duration.ofSeconds(7), bill.others());
      assertEquals(Duration.ofMillis(300), bill.stolen());
    }
  }

  @Test
  void aDisturbanceIsTheShareOfTheMachineThatWasMissing() {
    var bill =
        new Bill(
            List.of(), Duration.ofSeconds(3), Duration.ofSeconds(1), 2, Duration.ofSeconds(10));

    assertEquals(0.2, bill.disturbance());
  }

  @Test
  void countsThisVeryProcess() {
    var own = new ObservedProcess("test", ProcessHandle.current().pid(), Family.ALONE);
    try (var meter = Meter.start(ProcFiles.ofThisMachine(), List.of(own))) {
      var cost = meter.read().costs().getFirst();

      assertTrue(cost.peakBytes() > 1 << 20, () -> "peak " + cost.peakBytes());
      assertTrue(!cost.cpu().isNegative());
    }
  }

  @Test
  void secondsAreGivenForAHundredThousandMessages() {
    assertEquals(0.5, new Cost("x", Duration.ofSeconds(2), 0).secondsPer100k(400_000));
  }

  private void stat(long pid, long parent, long ownTicks, long reapedTicks) throws IOException {
    file(
        pid,
        "stat",
        "%d (x) S %d 0 0 0 0 0 0 0 0 0 %d 0 %d 0 20 0 1\n"
            .formatted(pid, parent, ownTicks, reapedTicks));
  }

  private void file(long pid, String name, String text) throws IOException {
    var process = Files.createDirectories(folder.resolve(Long.toString(pid)));
    Files.writeString(process.resolve(name), text);
  }

  /** Busy and stolen ticks; half of the busy ones in the kernel. */
  private void machine(long busyTicks, long stolenTicks) throws IOException {
    var half = busyTicks / 2;
    Files.writeString(
        folder.resolve("stat"),
        "cpu  %d 0 %d 999999 888 0 0 %d 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n"
            .formatted(half, busyTicks - half, stolenTicks));
  }

  private void gone(long pid) throws IOException {
    Files.delete(folder.resolve(pid + "/stat"));
  }
}
