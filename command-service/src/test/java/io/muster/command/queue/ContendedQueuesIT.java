package io.muster.command.queue;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.CommandDatabase;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queues that somebody else changes just then (decision 0021). */
class ContendedQueuesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  /** What was left out would be a device without a queue: its answers would change nothing. */
  @Test
  void noneIsLeftOut() throws Exception {
    DATABASE.run(
        "INSERT INTO device_queue (key, tenant, device, known)"
            + " SELECT n, 'acme', 'd' || n, true FROM generate_series(1, 1000) AS n");
    DATABASE.run("ANALYZE device_queue");
    var devices = List.of(device(1), device(2), device(3));
    try (var other = DATABASE.connect()) {
      other.setAutoCommit(false);
      try (var statement = other.createStatement()) {
        statement.execute("UPDATE device_queue SET open_commands = 1 WHERE key = 2");
      }
      var locked =
          DATABASE
              .pool()
              .withTransaction(db -> QueueTable.lock(db, devices))
              .subscribeAsCompletionStage();
      await()
          .atMost(PATIENCE)
          .until(() -> DATABASE.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
      other.commit();
      assertEquals(List.of(1L, 2L, 3L), List.of(locked.get(60, TimeUnit.SECONDS)));
    }
  }

  private static DeviceAddress device(int n) {
    return DeviceAddress.of("acme", "d" + n);
  }
}
