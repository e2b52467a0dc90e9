package io.muster.systemtests;

import static org.awaitility.Awaitility.await;

import io.muster.systemtests.devices.Mqtt3Link;
import io.muster.systemtests.devices.Mqtt5Link;
import io.muster.systemtests.devices.ReadingSender;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * SIGKILL for one process after the other while readings flow at QoS 1, from a 3.1.1 and a 5
 * client: whatever was acknowledged is stored, and once.
 */
@ExtendWith(SharedStack.class)
class KilledProcessesIT {
  /** More than there is time for. */
  private static final int READINGS = 100_000;

  private static final double PER_SECOND = 300;
  private static final int WINDOW = 50;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final RunningStack stack;

  KilledProcessesIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void storesEachReadingOnceThoughIngestIsKilled() {
    storesEachReadingOnceThoughKilled("ingest");
  }

  @Test
  void storesEachReadingOnceThoughTheDatabaseIsKilled() {
    storesEachReadingOnceThoughKilled("postgres");
  }

  @Test
  void storesEachReadingOnceThoughTheBrokerIsKilled() {
    storesEachReadingOnceThoughKilled("broker");
  }

  @Test
  void storesEachReadingOnceThoughTheRegistryIsKilled() {
    storesEachReadingOnceThoughKilled("registry");
  }

  private void storesEachReadingOnceThoughKilled(String process) {
    var tenant = stack.newTenant();
    var first = stack.newDevice(tenant, "mqtt5");
    var second = stack.newDevice(tenant, "mqtt311");
    var port = stack.endpointPort(1);
    try (var mqtt5 =
            ReadingSender.start(first, Mqtt5Link.of(first, port), READINGS, WINDOW, PER_SECOND);
        var mqtt3 =
            ReadingSender.start(second, Mqtt3Link.of(second, port), READINGS, WINDOW, PER_SECOND)) {
      var senders = List.of(mqtt5, mqtt3);
      await()
          .atMost(PATIENCE)
          .until(() -> senders.stream().allMatch(sender -> sender.acknowledgedCount() > 200));
      var killed = stack.processes().kill(process);
      stack.processes().awaitRestart(process, killed);
      senders.forEach(ReadingSender::finish);
      senders.forEach(sender -> sender.awaitAllAcknowledged(PATIENCE));
      for (var sender : senders) {
        stack
            .store()
            .assertEachOnce(sender.device().address(), ReadingSender.FIELD, sender.total());
      }
    }
  }
}
