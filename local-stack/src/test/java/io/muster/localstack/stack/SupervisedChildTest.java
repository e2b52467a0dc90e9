package io.muster.localstack.stack;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The children are shell scripts, so that each failure comes when the test wants it. */
class SupervisedChildTest {
  private static final BackOff QUICK =
      new BackOff(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(30));
  private static final String LIVE = "echo began; touch ready; exec sleep 600";
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Until it has been seen that it is ready. */
  private static final String UNTIL_TOLD = "while [ ! -f crash ]; do sleep 0.05; done; ";

  @TempDir Path folder;
  private final Recorded events = new Recorded();
  private SupervisedChild child;

  @AfterEach
  void stop() {
    child.stop();
  }

  @Test
  void becomesReadyWhenItSaysSo() throws Exception {
    start("sleep 0.3; " + LIVE).get(60, TimeUnit.SECONDS);
    assertEquals(ProcessState.READY, child.record().state());
    assertTrue(child.record().isRunning());
    assertEquals(List.of("starting", "ready"), events.states());
  }

  @Test
  void isStartedAgainWhenKilled() throws Exception {
    start(LIVE).get(60, TimeUnit.SECONDS);
    var first = child.record();
    first.process().orElseThrow().destroyForcibly();
    await().atMost(SOON).until(() -> child.record().pid() != first.pid());
    await().atMost(SOON).until(() -> child.record().state() == ProcessState.READY);
    assertFalse(first.isRunning());
    assertEquals(1, events.crashes.size());
  }

  @Test
  void aCrashIsReportedWithTheEndOfItsLogAndGrowingPauses() throws Exception {
    start("touch ready; echo line of $$; [ -f go ] && exec sleep 600; " + UNTIL_TOLD + "exit 7")
        .get(60, TimeUnit.SECONDS);
    Files.createFile(folder.resolve("crash"));
    await().atMost(SOON).until(() -> events.crashes.size() >= 3);
    Files.createFile(folder.resolve("go"));
    var crash = events.crashes.getFirst();
    assertEquals(7, crash.exitCode());
    assertEquals(1, crash.logTail().size(), "only lines of the run that crashed");
    assertTrue(crash.logTail().getFirst().startsWith("line of "));
    var pauses = events.crashes.stream().map(Crash::restartIn).limit(3).toList();
    assertEquals(List.of(20L, 40L, 80L), pauses.stream().map(Duration::toMillis).toList());
  }

  @Test
  void givesUpWhenItNeverGotReady() {
    var ready = start("echo no such luck; exit 3");
    var failure =
        assertThrows(ExecutionException.class, () -> ready.get(60, TimeUnit.SECONDS)).getCause();
    assertInstanceOf(UserMistake.class, failure);
    assertTrue(failure.getMessage().contains("exit code 3"), failure.getMessage());
    assertTrue(failure.getMessage().contains("no such luck"), failure.getMessage());
    assertEquals(ProcessState.CRASHED, child.record().state());
  }

  @Test
  void saysSoWhenItIsNoLongerReady() throws Exception {
    start(LIVE).get(60, TimeUnit.SECONDS);
    Files.delete(folder.resolve("ready"));
    await().atMost(SOON).until(() -> child.record().state() == ProcessState.NOT_READY);
    assertEquals("no file", child.record().detail());
    Files.createFile(folder.resolve("ready"));
    await().atMost(SOON).until(() -> child.record().state() == ProcessState.READY);
    assertTrue(events.crashes.isEmpty());
  }

  @Test
  void stoppingEndsItAndItStaysEnded() throws Exception {
    start(LIVE).get(60, TimeUnit.SECONDS);
    var running = child.record();
    child.stop();
    assertFalse(running.isRunning());
    assertEquals(ProcessState.STOPPED, child.record().state());
    assertTrue(events.crashes.isEmpty(), "what was asked for is no crash");
  }

  @Test
  void stoppingWhileItWaitsToStartAgainEndsTheWaiting() throws Exception {
    var slow = new BackOff(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(9));
    start("touch ready; " + UNTIL_TOLD + "exit 1", slow).get(60, TimeUnit.SECONDS);
    Files.createFile(folder.resolve("crash"));
    await().atMost(SOON).until(() -> events.crashes.size() == 1);
    child.stop();
    assertEquals(ProcessState.STOPPED, child.record().state());
  }

  @Test
  void aProgramThatDoesNotExistIsAMistakeNotAHang() {
    var launch =
        new Launch(
            "absent",
            List.of(folder.resolve("absent").toString()),
            Map.of(),
            folder.resolve("log"),
            StopSignal.TERM);
    child =
        new SupervisedChild(
            new ChildPlan(launch, () -> Optional.of("absent"), "nowhere"), QUICK, events);
    var ready = child.start();
    var failure = assertThrows(ExecutionException.class, () -> ready.get(60, TimeUnit.SECONDS));
    assertInstanceOf(UserMistake.class, failure.getCause());
  }

  private java.util.concurrent.CompletableFuture<Void> start(String script) {
    return start(script, QUICK);
  }

  private java.util.concurrent.CompletableFuture<Void> start(String script, BackOff backOff) {
    var launch =
        new Launch(
            "child",
            List.of("sh", "-c", "cd \"$FOLDER\"; " + script),
            Map.of("FOLDER", folder.toString()),
            folder.resolve("child.log"),
            StopSignal.TERM);
    Readiness readiness =
        () -> Files.exists(folder.resolve("ready")) ? Optional.empty() : Optional.of("no file");
    child = new SupervisedChild(new ChildPlan(launch, readiness, "here"), backOff, events);
    return child.start();
  }

  private record Crash(int exitCode, List<String> logTail, Duration restartIn) {}

  private static final class Recorded implements ChildEvents {
    private final List<ProcessRecord> changes = new CopyOnWriteArrayList<>();
    private final List<Crash> crashes = new CopyOnWriteArrayList<>();

    @Override
    public void changed(ProcessRecord record) {
      changes.add(record);
    }

    @Override
    public void crashed(
        ProcessRecord record, int exitCode, List<String> logTail, Duration restartIn) {
      crashes.add(new Crash(exitCode, logTail, restartIn));
    }

    List<String> states() {
      return changes.stream().map(change -> change.state().label()).distinct().toList();
    }
  }

  @Test
  void itsLogIsAppendedTo() throws IOException, Exception {
    Files.writeString(folder.resolve("child.log"), "earlier\n");
    start(LIVE).get(60, TimeUnit.SECONDS);
    assertEquals(List.of("earlier", "began"), Files.readAllLines(folder.resolve("child.log")));
  }
}
