package io.muster.firmware.rollouts;

import static io.muster.firmware.rollouts.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.rest.audit.Author;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rollouts that are taken back: each device gets what it had. */
class WaysBackIT {
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void eachDeviceGoesBackToWhatItHad() {
    var devices = fleet.devices(6);
    var one = fleet.distribution("1.0");
    var other = fleet.distribution("1.1");
    fleet.instance.assign(devices.get(0), one);
    fleet.instance.assign(devices.get(1), other);
    fleet.instance.assign(devices.get(2), one);
    fleet.instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':5},{}]"));
    fleet.work();
    fleet.instance.succeed(devices.get(0), devices.get(1), devices.get(3));
    // This one is at it, that one has not seen it, the last had no turn.
    fleet.instance.retrieve(devices.get(2));
    fleet.later();
    var back = fleet.instance.waysBack.make(fleet.tenant, rollout, null, null, OTHER);
    refused(
        "rollout-state",
        () -> fleet.instance.waysBack.make(fleet.tenant, rollout, null, null, OTHER));
    fleet.work();
    assertEquals("cancelled", fleet.state(rollout));
    assertEquals(Map.of("given", 3L, "no-previous", 1L), fleet.counts(back));
    assertTrue(fleet.instance.open(devices.get(4)).isEmpty());
    assertTrue(fleet.instance.open(devices.get(5)).isEmpty());
    fleet.instance.leave(devices.get(2));
    fleet.instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    fleet.later();
    assertEquals("finished", fleet.state(back));
    assertEquals("1.0", fleet.instance.installed(devices.get(0)));
    assertEquals("1.1", fleet.instance.installed(devices.get(1)));
    assertEquals("1.0", fleet.instance.installed(devices.get(2)));
    assertEquals("2.0", fleet.instance.installed(devices.get(3)));
    assertEquals(rollout, fleet.read(back).rollbackOf());
  }

  @Test
  void aDeviceThatGotSomethingElseSinceDoesNotGoBack() {
    var device = fleet.devices(1).getFirst();
    fleet.instance.assign(device, fleet.distribution("1.0"));
    fleet.instance.succeed(device);
    var rollout = fleet.make(fleet.listed(List.of(device), ""));
    fleet.work();
    fleet.instance.succeed(device);
    fleet.later();
    fleet.instance.assign(device, fleet.distribution("3.0"));
    fleet.instance.succeed(device);
    var back = fleet.instance.waysBack.make(fleet.tenant, rollout, null, null, OTHER);
    fleet.work();
    assertEquals(Map.of("superseded", 1L), fleet.counts(back));
    assertEquals("finished", fleet.state(back));
    assertEquals("3.0", fleet.instance.installed(device));
  }

  @Test
  void whatDevicesMayGoBackToIsNotDeleted() {
    var device = fleet.devices(1).getFirst();
    var before = fleet.distribution("1.0");
    fleet.instance.assign(device, before);
    fleet.instance.succeed(device);
    fleet.make(fleet.listed(List.of(device), ""));
    fleet.work();
    DATABASE.run("DELETE FROM action WHERE state = 'finished'");
    assertTrue(isInUse(before));
    assertTrue(isInUse(fleet.distribution));
    assertFalse(isInUse(fleet.distribution("0.1")));
  }

  private boolean isInUse(UUID id) {
    return fleet.instance.use(
        db ->
            db.first(
                    DistributionTable.IN_USE,
                    DistributionTable.find(db, fleet.tenant, id).orElseThrow().key())
                .isPresent());
  }
}
