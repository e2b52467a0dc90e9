package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.OtherBroker;
import io.muster.systemtests.stack.OwnReplica;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Telemetry that comes from a broker of others and not over the endpoint, which is off. */
@Tag("full")
@ExtendWith(SharedStack.class)
class BrokerOfOthersIT {
  private static final int FIRST = 100;
  private static final int ALL = 400;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Instant firstTime = Instant.now().minusSeconds(3_600);
  private final RunningStack stack;

  BrokerOfOthersIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void isAcknowledgedAfterTheCommitAndStoredOnceThoughIngestIsKilled() throws Exception {
    var device = stack.newDevice(stack.newTenant(), "pump-1");
    try (var broker = OtherBroker.start();
        var replica = OwnReplica.start(stack, "ingest-source", settings(broker))) {
      publish(broker, device, 0, FIRST);
      await().atMost(PATIENCE).until(() -> broker.acknowledgedCount() == FIRST);
      assertEquals(
          Set.of("$share/muster-ingest/telemetry/#", "$share/muster-ingest/event/#"),
          Set.copyOf(broker.filters()));
      stack.store().assertEachOnce(device.address(), "n", FIRST);

      try (var _ = stack.store().lockReadings()) {
        publish(broker, device, FIRST, ALL);
        await().atMost(PATIENCE).until(() -> offered(replica) == ALL);
        // Ingest has all of them and can commit none.
        await()
            .during(Duration.ofSeconds(1))
            .atMost(PATIENCE)
            .until(() -> broker.acknowledgedCount() == FIRST);
        replica.kill();
      }
      replica.startAgain();
      await().atMost(PATIENCE).until(() -> broker.acknowledgedCount() == ALL);
      stack.store().assertEachOnce(device.address(), "n", ALL);
    }
  }

  private static Map<String, String> settings(OtherBroker broker) {
    return Map.of(
        "MUSTER_INGEST_SOURCE",
        "broker",
        "MUSTER_INGEST_BROKER_URL",
        broker.url(),
        "MUSTER_ENDPOINT_PORT",
        "-1");
  }

  private static double offered(OwnReplica replica) {
    return replica.metrics().sum("muster_source_messages_total", "outcome=\"offered\"");
  }

  private void publish(OtherBroker broker, TestDevice device, int from, int to) {
    for (int n = from; n < to; n++) {
      var reading = "{\"ts\":\"%s\",\"n\":%d}".formatted(firstTime.plusSeconds(n), n);
      broker.publish(device.telemetry(), reading);
    }
  }
}
