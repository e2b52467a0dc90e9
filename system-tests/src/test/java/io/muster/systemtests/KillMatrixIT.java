package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.systemtests.devices.SenderGroup;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every process and every pair of them, killed while messages flow, at two replicas of each
 * service; then a soak. {@code -Dmuster.soak.minutes=2} shortens the soak.
 */
@Tag("full")
@ExtendWith(SharedStack.class)
class KillMatrixIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** More than a sender comes to within the patience with its process. */
  private static final int UNTIL_FINISHED = 150_000;

  private static final List<String> PROCESSES =
      List.of("ingest", "ingest-2", "postgres", "broker", "registry", "registry-2");

  /** With random kills; as long again without, in which nothing may grow. */
  private static final Duration SOAK =
      Duration.ofMinutes(Integer.getInteger("muster.soak.minutes", 10));

  /** Until heaps, pools and caches have the size that the load asks for. */
  private static final Duration WARM_UP = SOAK.dividedBy(5);

  /** The last restarts may end after their time. */
  private static final Duration SLACK = Duration.ofMinutes(3);

  private static final long GROWTH_BYTES = 48L << 20;

  /** The database's shared buffers (128 MiB) fill with what is stored, and are full then. */
  private static final long DATABASE_GROWTH_BYTES = 160L << 20;

  /** Two replicas of each service, the broker and the database together. */
  private static final long ALL_BYTES = 1_700L << 20;

  private final RunningStack stack;

  KillMatrixIT(RunningStack stack) {
    this.stack = stack;
  }

  static Stream<Arguments> pairs() {
    return IntStream.range(0, PROCESSES.size())
        .boxed()
        .flatMap(
            first ->
                IntStream.range(first + 1, PROCESSES.size())
                    .mapToObj(second -> Arguments.of(PROCESSES.get(first), PROCESSES.get(second))));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void storesEachReadingOnceThoughTwoProcessesAreKilledAtATime(String first, String second) {
    try (var senders = SenderGroup.start(stack, stack.newTenant(), 8, UNTIL_FINISHED, 250)) {
      senders.awaitAcknowledged(500, PATIENCE);
      var killed = stack.processes().killTogether(first, second);
      senders.assertAllSending();
      killed.forEach(stack.processes()::awaitRestart);
      senders.finish();
      senders.assertEachStoredOnce(PATIENCE);
    }
  }

  @ParameterizedTest
  @FieldSource("PROCESSES")
  void storesEachReadingOnceThoughAProcessIsKilledThreeTimes(String process) {
    try (var senders = SenderGroup.start(stack, stack.newTenant(), 8, UNTIL_FINISHED, 250)) {
      for (int kill = 1; kill <= 3; kill++) {
        senders.awaitProgress(500, PATIENCE);
        var killed = stack.processes().kill(process);
        senders.assertAllSending();
        stack.processes().awaitRestart(process, killed);
      }
      senders.finish();
      senders.assertEachStoredOnce(PATIENCE);
    }
  }

  @Test
  void storesEachReadingOnceAndDoesNotGrowThroughASoakWithRandomKills() {
    var perSecond = 200;
    // Nobody is through before the end, also when the last restarts come after their time.
    var readings = (int) SOAK.multipliedBy(2).plus(SLACK).toSeconds() * perSecond;
    try (var senders = SenderGroup.start(stack, stack.newTenant(), 8, readings, perSecond)) {
      killAtRandom(senders);
      passes(WARM_UP);
      var warm = held();
      passes(SOAK.minus(WARM_UP));
      senders.assertAllSending();
      assertNotGrown(warm, held());
      senders.finish();
      senders.assertEachStoredOnce(PATIENCE);
    }
  }

  private void killAtRandom(SenderGroup senders) {
    var end = System.nanoTime() + SOAK.toNanos();
    for (int round = 1; System.nanoTime() < end; round++) {
      passes(Duration.ofSeconds(ThreadLocalRandom.current().nextInt(10, 40)));
      senders.awaitProgress(100, PATIENCE);
      var process = PROCESSES.get(ThreadLocalRandom.current().nextInt(PROCESSES.size()));
      System.out.printf("soak, kill %d: %s%n", round, process);
      var killed = stack.processes().kill(process);
      senders.assertAllSending();
      stack.processes().awaitRestart(process, killed);
    }
    senders.awaitProgress(100, PATIENCE);
  }

  /** What each process holds, in bytes. */
  private Map<String, Long> held() {
    var held = new LinkedHashMap<String, Long>();
    for (var process : PROCESSES) {
      held.put(process, stack.processes().heldBytes(process));
    }
    return held;
  }

  private static void assertNotGrown(Map<String, Long> warm, Map<String, Long> end) {
    end.forEach(
        (process, bytes) -> {
          System.out.printf(
              "soak, %s: %d MiB warm, %d MiB at the end%n",
              process, warm.get(process) >> 20, bytes >> 20);
          var growth = bytes - warm.get(process);
          var most = process.equals("postgres") ? DATABASE_GROWTH_BYTES : GROWTH_BYTES;
          assertTrue(growth < most, process + " grew by " + (growth >> 20) + " MiB");
        });
    var all = end.values().stream().mapToLong(Long::longValue).sum();
    assertTrue(all < ALL_BYTES, "all hold " + (all >> 20) + " MiB");
  }

  /** The time itself is what is waited for. */
  private static void passes(Duration time) {
    var until = System.nanoTime() + time.toNanos();
    await().atMost(time.plusMinutes(1)).until(() -> System.nanoTime() >= until);
  }
}
