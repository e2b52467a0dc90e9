package io.muster.localstack.stack;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.StopSignal;
import io.muster.localstack.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The run folder cannot be written, as on a full disk: here because a file has its place. */
class UnwritableRunFolderTest {
  private static final BackOff QUICK =
      new BackOff(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(30));

  @TempDir Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private SupervisedChild child;

  @AfterEach
  void stop() {
    child.stop();
  }

  private void start() throws Exception {
    var run = Files.createFile(folder.resolve("run"));
    var terminal =
        new Terminal(new PrintStream(said, true, StandardCharsets.UTF_8), false, false, 80);
    var launch =
        new Launch(
            "child",
            List.of("sh", "-c", "cd \"$FOLDER\"; touch ready; exec sleep 600"),
            Map.of("FOLDER", folder.toString()),
            folder.resolve("child.log"),
            StopSignal.TERM);
    Readiness readiness =
        () -> Files.exists(folder.resolve("ready")) ? Optional.empty() : Optional.of("no file");
    var report = new StackReport(terminal, new RunFolder(run));
    child = new SupervisedChild(new ChildPlan(launch, readiness, "here"), QUICK, report);
    child.start().get(60, TimeUnit.SECONDS);
  }

  @Test
  void aProcessIsStartedAndStoppedAllTheSame() throws Exception {
    start();
    var running = child.record();
    assertTrue(running.isRunning());
    child.stop();
    assertFalse(running.isRunning());
    assertEquals(ProcessState.STOPPED, child.record().state());
  }

  @Test
  void aProcessIsStillWatched() throws Exception {
    start();
    Files.delete(folder.resolve("ready"));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> child.record().state() == ProcessState.NOT_READY);
    var first = child.record();
    first.process().orElseThrow().destroyForcibly();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> child.record().state() == ProcessState.READY);
    assertTrue(child.record().pid() != first.pid());
  }

  @Test
  void thatIsSaidOnce() throws Exception {
    start();
    child.stop();
    var text = said.toString(StandardCharsets.UTF_8);
    assertEquals(1, text.lines().filter(line -> line.contains("cannot write")).count(), text);
  }

  @Test
  void whatCannotBeRemovedIsNoFailureEither() throws IOException {
    var run = new RunFolder(folder.resolve("other"));
    // A folder with something in it in the place of the file.
    Files.createDirectories(folder.resolve("other/child.json/x"));
    var terminal =
        new Terminal(new PrintStream(said, true, StandardCharsets.UTF_8), false, false, 80);
    child = idle();
    new StackReport(terminal, run).changed(child.record());
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("cannot remove"));
  }

  private SupervisedChild idle() {
    var launch =
        new Launch("child", List.of("true"), Map.of(), folder.resolve("l"), StopSignal.TERM);
    return new SupervisedChild(
        new ChildPlan(launch, Optional::empty, "here"), QUICK, new NoEvents());
  }

  private static final class NoEvents implements ChildEvents {
    @Override
    public void changed(ProcessRecord record) {}

    @Override
    public void crashed(
        ProcessRecord record, int exitCode, List<String> logTail, Duration restartIn) {}
  }
}
