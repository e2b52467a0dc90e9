package io.muster.firmware.ddi;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the audit knows of gateway tokens. */
class GatewayUseIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;
  private GatewayUse use;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    use = new GatewayUse(parts.changes, config(DdiConfig.class, Map.of()), clock);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void itsUseIsToldOnceInAnHourForEachDeviceAndAddress() {
    use.used(DEVICE, "10.0.0.1");
    use.used(DEVICE, "10.0.0.1");
    assertEquals(1, told());
    use.used(DEVICE, "10.0.0.2");
    use.used(DeviceAddress.of("acme", "lamp-2"), "10.0.0.1");
    assertEquals(3, told());
    clock.advance(Duration.ofHours(2));
    use.used(DEVICE, "10.0.0.1");
    assertEquals(4, told());
  }

  @Test
  void whatCouldNotBeToldIsToldAtTheNextUse() {
    DATABASE.run("ALTER TABLE audit RENAME TO audit_away");
    assertThrows(RuntimeException.class, () -> use.used(DEVICE, "10.0.0.1"));
    DATABASE.run("ALTER TABLE audit_away RENAME TO audit");
    use.used(DEVICE, "10.0.0.1");
    assertEquals(1, told());
  }

  private static long told() {
    return DATABASE.number("SELECT count(*) FROM audit WHERE action = 'gateway-token-used'");
  }
}
