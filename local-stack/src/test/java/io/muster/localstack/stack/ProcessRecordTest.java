package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a process is recognised that a file tells of. */
class ProcessRecordTest {
  private static final long SELF = ProcessHandle.current().pid();

  @TempDir Path folder;

  private static ProcessRecord record(Instant startedAt, String mark) {
    return new ProcessRecord("x", SELF, startedAt, "here", ProcessState.READY, "", mark);
  }

  private static Instant start() {
    return ProcessHandle.current().info().startInstant().orElseThrow();
  }

  private static String mark() {
    var mark = ProcessStart.mark(SELF);
    assumeTrue(!mark.isEmpty(), "this system has no /proc");
    return mark;
  }

  @Test
  void aStepOfTheClockChangesNothing() {
    var before = start().minus(Duration.ofHours(1));
    assertTrue(record(before, mark()).isRunning());
  }

  @Test
  void theSameIdOfAnotherProcessIsAnother() {
    var mark = mark();
    assertFalse(record(start(), mark + "0").isRunning());
    assertFalse(record(start(), "another-boot" + mark.substring(mark.indexOf('/'))).isRunning());
  }

  @Test
  void withoutAMarkTheTimeMustDo() {
    assertTrue(record(start(), "").isRunning());
    assertFalse(record(start().minus(Duration.ofHours(1)), "").isRunning());
  }

  @Test
  void aProcessThatHasEndedHasNoMark() throws Exception {
    var ended = new ProcessBuilder("true").start();
    ended.waitFor();
    assertEquals("", ProcessStart.mark(ended.pid()));
  }

  @Test
  void theMarkIsInTheFile() {
    var run = new RunFolder(folder);
    run.write(record(start(), "boot/12"));
    assertEquals("boot/12", run.children().getFirst().startMark());
  }

  @Test
  void aFileOfBeforeThereWasAMarkIsRead() throws Exception {
    Files.writeString(
        folder.resolve("x.json"),
        "{\"name\":\"x\",\"pid\":%d,\"startedAt\":\"%s\",\"address\":\"\",\"state\":\"ready\",\"detail\":\"\"}"
            .formatted(SELF, start()));
    assertTrue(new RunFolder(folder).children().getFirst().isRunning());
  }
}
