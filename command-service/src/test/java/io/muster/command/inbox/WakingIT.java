package io.muster.command.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.CommandDatabase;
import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WakingIT {
  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  /** Decision 0021. */
  @Test
  void aQueueThatSomebodyElseChangesJustThenIsLookedAtAsWell() throws Exception {
    DATABASE.run(
        "INSERT INTO device_queue (key, tenant, device, known, open_commands)"
            + " SELECT n, 'acme', 'd' || n, true, 1 FROM generate_series(1, 1000) AS n");
    DATABASE.run("ANALYZE device_queue");
    var devices = List.of(device(1), device(2), device(3));
    DATABASE.afterWaitingFor(
        "UPDATE device_queue SET open_commands = 2 WHERE key = 2",
        db -> GapTable.wake(db, devices, Instant.EPOCH));
    assertEquals(3, DATABASE.number("SELECT count(*) FROM device_queue WHERE look_at IS NOT NULL"));
  }

  private static DeviceAddress device(int n) {
    return DeviceAddress.of("acme", "d" + n);
  }
}
