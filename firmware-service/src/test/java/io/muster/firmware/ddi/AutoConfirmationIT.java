package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.rest.bans.Network;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the audit knows of devices that switch confirmations off. */
class AutoConfirmationIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");
  private static final String HERE = "192.0.2.1";

  @TempDir Path folder;
  private PlainParts parts;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, new SetClock());
    parts.registry.add(DEVICE);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void eachChangeIsAuditedAndSayingItAgainIsNone() {
    var confirmations = new AutoConfirmation(parts.changes, parts.actions);
    var visitor = new Visitor(HERE, Network.of(HERE), Optional.empty());
    var target = parts.targets.existing(DEVICE);
    for (var active : new boolean[] {false, true, true, false, false}) {
      confirmations.set(target, active, visitor);
      assertEquals(active, parts.targets.existing(DEVICE).autoConfirm());
    }
    assertEquals(1, entries("auto-confirm-activated"));
    assertEquals(1, entries("auto-confirm-deactivated"));
  }

  private static long entries(String action) {
    return DATABASE.number(
        "SELECT count(*) FROM audit WHERE tenant = 'acme' AND subject = 'devices/lamp-1'"
            + " AND actor = 'device' AND address = '192.0.2.1' AND action = '"
            + action
            + "'");
  }
}
