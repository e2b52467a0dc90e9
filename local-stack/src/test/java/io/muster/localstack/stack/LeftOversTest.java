package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftOversTest {
  @TempDir Path folder;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void endsWhatTheKilledSupervisorHadStarted() throws Exception {
    var run = new RunFolder(folder);
    var process = sleeper();
    run.write(record("broker", process, startOf(process)));
    var found = new LeftOvers(run).stop();
    assertEquals(List.of("broker"), found.stream().map(ProcessRecord::name).toList());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertTrue(run.children().isEmpty());
  }

  @Test
  void leavesAnotherProcessWithTheSameIdAlone() throws IOException {
    var run = new RunFolder(folder);
    var process = sleeper();
    run.write(record("broker", process, startOf(process).minus(Duration.ofHours(1))));
    assertTrue(new LeftOvers(run).stop().isEmpty());
    assertTrue(process.isAlive());
  }

  @Test
  void endsServicesBeforeBrokerBeforeDatabase() throws IOException {
    var run = new RunFolder(folder);
    for (var name : List.of("broker", "ingest", "postgres", "registry")) {
      var process = sleeper();
      run.write(record(name, process, startOf(process)));
    }
    // The one that counts as a database may have been started where SIGINT is ignored.
    var patience = Duration.ofSeconds(1);
    var order = new LeftOvers(run, patience).stop().stream().map(ProcessRecord::name).toList();
    assertEquals(List.of("ingest", "registry", "broker", "postgres"), order);
  }

  @Test
  void aForeignFileIsNoProcess() throws IOException {
    java.nio.file.Files.writeString(folder.resolve("odd.json"), "not json");
    assertTrue(new LeftOvers(new RunFolder(folder)).stop().isEmpty());
  }

  private Process sleeper() throws IOException {
    var process = new ProcessBuilder("sleep", "600").start();
    started.add(process);
    return process;
  }

  private static Instant startOf(Process process) {
    return process.info().startInstant().orElseThrow();
  }

  private static ProcessRecord record(String name, Process process, Instant start) {
    return new ProcessRecord(name, process.pid(), start, "here", ProcessState.READY, "");
  }
}
