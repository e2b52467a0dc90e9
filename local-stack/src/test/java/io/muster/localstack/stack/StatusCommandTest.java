package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {
  @TempDir Path folder;

  @Test
  void nothingIsShownWhenNothingRuns() {
    var run = new RunFolder(folder);
    run.write(new ProcessRecord("broker", 0, Instant.EPOCH, "x", ProcessState.READY, ""));
    assertTrue(StatusCommand.lines(run).isEmpty(), "a file left behind is no process");
  }

  @Test
  void aProcessWhoseSupervisorIsGoneSaysSo() {
    var run = new RunFolder(folder);
    run.write(self("broker"));
    var line = StatusCommand.lines(run).getFirst();
    assertEquals("broker", line.name());
    assertTrue(line.detail().contains("./muster down"), line.detail());
    assertEquals("unsupervised", line.state());
  }

  @Test
  void aCrashedProcessIsNotShownAsReady() {
    var run = new RunFolder(folder);
    run.write(self(RunFolder.SUPERVISOR));
    run.write(new ProcessRecord("broker", 0, Instant.EPOCH, "x", ProcessState.READY, ""));
    var line = StatusCommand.lines(run).getFirst();
    assertEquals("broker", line.name());
    assertEquals("crashed", line.state());
  }

  private static ProcessRecord self(String name) {
    var process = ProcessHandle.current();
    var start = process.info().startInstant().orElseThrow();
    return new ProcessRecord(name, process.pid(), start, "here", ProcessState.READY, "");
  }
}
