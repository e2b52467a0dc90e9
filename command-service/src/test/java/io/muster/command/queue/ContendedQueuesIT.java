package io.muster.command.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.CommandDatabase;
import io.muster.contract.id.DeviceAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queues that somebody else changes just then (decision 0021). */
class ContendedQueuesIT {
  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  /** What was left out would be a device without a queue: its answers would change nothing. */
  @Test
  void noneIsLeftOut() throws Exception {
    DATABASE.run(
        "INSERT INTO device_queue (key, tenant, device, known)"
            + " SELECT n, 'acme', 'd' || n, true FROM generate_series(1, 1000) AS n");
    DATABASE.run("ANALYZE device_queue");
    var devices = List.of(device(1), device(2), device(3));
    var locked =
        DATABASE.afterWaitingFor(
            "UPDATE device_queue SET open_commands = 1 WHERE key = 2",
            db -> QueueTable.lock(db, devices));
    assertEquals(List.of(1L, 2L, 3L), List.of(locked));
  }

  private static DeviceAddress device(int n) {
    return DeviceAddress.of("acme", "d" + n);
  }
}
