package io.muster.firmware.targets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.database.Sql;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is known of devices when the registry's answer and its log come across each other. */
class TargetsIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");
  private static final DeviceAddress OTHER = DeviceAddress.of("acme", "lamp-2");

  @TempDir Path folder;
  private PlainParts parts;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, Clock.systemUTC());
    parts.registry.add(DEVICE);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void whoIsDeletedWhileItIsAskedForIsNobody() {
    once(
        () -> {
          parts.registry.remove(DEVICE);
          logTells(db -> TargetTable.deleted(db, DEVICE, Instant.now()));
        });
    assertInstanceOf(Refusal.Absent.class, refusal());
    assertTrue(parts.targets.enabled(DEVICE).isEmpty());
  }

  @Test
  void whoIsDisabledWhileItIsAskedForIsDisabled() {
    once(
        () -> {
          parts.registry.add(DEVICE, "lamp", false);
          logTells(db -> TargetTable.disabled(db, DEVICE));
        });
    assertTrue(parts.targets.enabled(DEVICE).isEmpty());
    assertEquals(DEVICE, parts.targets.existing(DEVICE).device());
  }

  @Test
  void aTenantThatIsSuspendedWhileADeviceIsAskedForStaysSuspended() {
    parts.registry.add(OTHER);
    assertTrue(parts.targets.enabled(OTHER).isPresent());
    logTells(db -> TargetTable.suspended(db, DEVICE.tenant()));
    // An older suspension is over, and a newer one is told of while the registry answers.
    once(() -> logTells(db -> TargetTable.suspended(db, DEVICE.tenant())));
    assertTrue(parts.targets.enabled(DEVICE).isEmpty());
    assertTrue(parts.targets.enabled(OTHER).isEmpty());
    logTells(db -> TargetTable.resumed(db, DEVICE.tenant()));
    assertTrue(parts.targets.enabled(DEVICE).isPresent());
    assertTrue(parts.targets.enabled(OTHER).isPresent());
  }

  @Test
  void aTenantThatWasMadeAnewIsNotSuspended() {
    logTells(db -> TargetTable.suspended(db, DEVICE.tenant()));
    assertTrue(parts.targets.enabled(DEVICE).isPresent());
  }

  @Test
  void withTheRegistryAwayInBetweenNobodyKnows() {
    once(() -> parts.registry.away(true));
    assertInstanceOf(Refusal.Unavailable.class, refusal());
    parts.registry.away(false);
    parts.registry.remove(DEVICE);
    assertInstanceOf(Refusal.Absent.class, refusal());
  }

  @Test
  void whoIsKnownNeedsNoRegistry() {
    assertTrue(parts.targets.enabled(DEVICE).isPresent());
    parts.registry.away(true);
    assertTrue(parts.targets.enabled(DEVICE).isPresent());
  }

  private Refusal refusal() {
    return assertThrows(RefusedException.class, () -> parts.targets.existing(DEVICE)).refusal();
  }

  private void once(Runnable happens) {
    var did = new AtomicBoolean();
    parts.registry.meanwhile(
        () -> {
          if (did.compareAndSet(false, true)) {
            happens.run();
          }
        });
  }

  private void logTells(Consumer<Sql> event) {
    parts.database.inTransaction(
        db -> {
          event.accept(db);
          return null;
        });
  }
}
