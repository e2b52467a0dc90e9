package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import io.muster.systemtests.stack.StackProcesses.Frozen;
import io.muster.systemtests.stack.StackProcesses.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One service that is away does not take another one's readiness with it. */
@ExtendWith(SharedStack.class)
class ReadinessIT {
  private static final String SERVICES = "(registry|ingest|command|firmware)(-\\d+)?";

  /** Longer than any check waits for an answer. */
  private static final Duration AWAY = Duration.ofSeconds(6);

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final RunningStack stack;

  ReadinessIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void othersStayReadyWhileTheRegistryStandsStill() {
    assertOthersStayReady("registry");
  }

  @ParameterizedTest
  @Tag("full")
  @ValueSource(strings = {"ingest", "command", "firmware", "broker"})
  void othersStayReadyWhileOneStandsStill(String service) {
    assertOthersStayReady(service);
  }

  private void assertOthersStayReady(String service) {
    var all = stack.processes().status();
    var away = all.stream().filter(it -> it.name().matches(service + "(-\\d+)?")).toList();
    var others =
        all.stream()
            .filter(it -> it.name().matches(SERVICES))
            .filter(it -> !away.contains(it))
            .toList();
    assertFalse(away.isEmpty());
    var frozen = new ArrayList<Frozen>();
    try {
      away.forEach(it -> frozen.add(stack.processes().freeze(it.name())));
      var until = System.nanoTime() + AWAY.toNanos();
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .until(
              () -> {
                awaitReady(others, service);
                return System.nanoTime() > until;
              });
    } finally {
      frozen.forEach(Frozen::close);
    }
  }

  /**
   * A machine that is busy may keep a database from answering in time, once; what waits for a
   * neighbour that stands still is not ready at the next look either.
   */
  private void awaitReady(List<Status> services, String away) {
    await()
        .atMost(AWAY.multipliedBy(2))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(() -> assertReady(services, away));
  }

  private void assertReady(List<Status> services, String away) {
    var states = new TreeMap<String, String>();
    for (var one : services) {
      var answer = stack.http().get(one.address() + "/q/health/ready", null);
      if (answer.status() != 200) {
        states.put(one.name(), answer.body());
      }
    }
    assertEquals(new TreeMap<>(), states, "while " + away + " stands still");
  }
}
