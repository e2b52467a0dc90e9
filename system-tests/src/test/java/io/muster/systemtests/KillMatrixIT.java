package io.muster.systemtests;

import static org.awaitility.Awaitility.await;

import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.Mqtt3Link;
import io.muster.systemtests.devices.Mqtt5Link;
import io.muster.systemtests.devices.ReadingSender;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every process and every pair of them, killed under load at two replicas of ingest; then a soak.
 */
@Tag("full")
@ExtendWith(SharedStack.class)
class KillMatrixIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration SOAK = Duration.ofMinutes(10);
  private static final List<String> PROCESSES =
      List.of("ingest", "ingest-2", "postgres", "broker", "registry");

  private final RunningStack stack;

  KillMatrixIT(RunningStack stack) {
    this.stack = stack;
  }

  @ParameterizedTest
  @CsvSource({
    "ingest, ingest-2",
    "ingest, postgres",
    "ingest, broker",
    "ingest, registry",
    "ingest-2, postgres",
    "postgres, broker",
    "postgres, registry",
    "broker, registry",
  })
  void storesEachReadingOnceThoughTwoProcessesAreKilledAtATime(String first, String second) {
    var senders = start(stack.newTenant(), 8, 2_000, 250);
    awaitProgress(senders, 500);
    var firstPid = stack.processes().kill(first);
    var secondPid = stack.processes().kill(second);
    stack.processes().awaitRestart(first, firstPid);
    stack.processes().awaitRestart(second, secondPid);
    finish(senders);
  }

  @ParameterizedTest
  @CsvSource({"ingest", "ingest-2", "postgres", "broker", "registry"})
  void storesEachReadingOnceThoughAProcessIsKilledThreeTimes(String process) {
    var senders = start(stack.newTenant(), 8, 4_000, 250);
    for (int kill = 1; kill <= 3; kill++) {
      awaitProgress(senders, kill * 500);
      stack.processes().killAndAwaitRestart(process);
    }
    finish(senders);
  }

  @Test
  void storesEachReadingOnceThroughASoakWithRandomKills() {
    var perSecond = 200;
    var senders = start(stack.newTenant(), 8, (int) SOAK.toSeconds() * perSecond, perSecond);
    var end = System.nanoTime() + SOAK.toNanos();
    for (int round = 1; System.nanoTime() < end; round++) {
      var pause = Duration.ofSeconds(ThreadLocalRandom.current().nextInt(20, 50));
      var until = System.nanoTime() + pause.toNanos();
      await().atMost(pause.plusSeconds(5)).until(() -> System.nanoTime() >= until);
      var process = PROCESSES.get(ThreadLocalRandom.current().nextInt(PROCESSES.size()));
      System.out.printf("soak, kill %d: %s%n", round, process);
      stack.processes().killAndAwaitRestart(process);
    }
    finish(senders);
  }

  /** Half of them at each replica, half of those with each protocol version. */
  private List<ReadingSender> start(TenantId tenant, int count, int readings, double perSecond) {
    var senders = new ArrayList<ReadingSender>();
    for (int i = 0; i < count; i++) {
      var device = stack.newDevice(tenant, "d" + i);
      var port = stack.endpointPort(1 + i % 2);
      var connector = i % 4 < 2 ? Mqtt5Link.of(device, port) : Mqtt3Link.of(device, port);
      senders.add(ReadingSender.start(device, connector, readings, 100, perSecond));
    }
    return senders;
  }

  private static void awaitProgress(List<ReadingSender> senders, int acknowledged) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> senders.stream().allMatch(sender -> sender.acknowledgedCount() >= acknowledged));
  }

  private void finish(List<ReadingSender> senders) {
    for (var sender : senders) {
      sender.awaitAllAcknowledged(PATIENCE);
      stack.store().assertEachOnce(sender.device().address(), ReadingSender.FIELD, sender.total());
    }
  }
}
