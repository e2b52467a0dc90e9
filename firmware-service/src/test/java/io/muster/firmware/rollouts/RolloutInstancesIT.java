package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.firmware.FirmwareDatabase;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rollouts that several instances drive, that one dies at, whose neighbours are away, and a large
 * one.
 */
class RolloutInstancesIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void twoInstancesGiveEachDeviceOneAction() throws Exception {
    var devices = fleet.devices(500);
    var settings = Map.of("muster.firmware.rollouts.batch-devices", "20");
    var two = List.of(fleet.newInstance(settings), fleet.newInstance(settings));
    List<UUID> rollouts = new ArrayList<>();
    for (var i = 0; i < 4; i++) {
      var own = fleet.distribution("3." + i);
      rollouts.add(fleet.make(fleet.listed(devices.subList(i * 100, i * 100 + 100), own, "")));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> works = new ArrayList<>();
      for (var round = 0; round < 4; round++) {
        two.forEach(it -> works.add(threads.submit(it::work)));
      }
      for (var work : works) {
        work.get();
      }
    }
    fleet.later();
    for (var rollout : rollouts) {
      assertEquals(Map.of("given", 100L), fleet.counts(rollout));
    }
    assertEquals(400, DATABASE.number("SELECT count(*) FROM action"));
    assertEquals(400, DATABASE.number("SELECT sum(given) FROM rollout"));
    assertEquals(
        400, DATABASE.number("SELECT count(*) FROM outbox WHERE topic LIKE 'firmware/%/notify'"));
  }

  @Test
  void anotherInstanceGoesOnForOneThatDied() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, ""));
    fleet.instance.dieWithOne();
    var other = fleet.newInstance(Map.of());
    other.work();
    assertEquals(Map.of(), other.counts(fleet.tenant, rollout));
    fleet.clock.advance(Duration.ofSeconds(31));
    other.work();
    assertEquals(Map.of("given", 3L), other.counts(fleet.tenant, rollout));
  }

  @Test
  void aTurnThatFailsLeavesNothingAndIsTakenAgainSoon() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, ""));
    DATABASE.run("ALTER TABLE action ADD CONSTRAINT none CHECK (number < 0)");
    assertThrows(RuntimeException.class, fleet::work);
    assertEquals(Map.of("pending", 3L), fleet.counts(rollout));
    DATABASE.run("ALTER TABLE action DROP CONSTRAINT none");
    fleet.work();
    assertEquals(Map.of("pending", 3L), fleet.counts(rollout));
    fleet.clock.advance(Duration.ofSeconds(2));
    fleet.work();
    assertEquals(Map.of("given", 3L), fleet.counts(rollout));
    assertEquals(3, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void withTheRegistryAwayItIsAskedAgain() {
    fleet.devices(2);
    var rollout = fleet.make(fleet.fitting(""));
    fleet.registry.away(true);
    fleet.work();
    assertEquals("registry", fleet.read(rollout).waitsFor());
    fleet.registry.away(false);
    fleet.clock.advance(Duration.ofSeconds(6));
    fleet.work();
    assertEquals(Map.of("given", 2L), fleet.counts(rollout));
    fleet.registry.away(true);
    var refused = assertThrows(RefusedException.class, () -> fleet.make(fleet.fitting("")));
    assertInstanceOf(Refusal.Unavailable.class, refused.refusal());
  }

  @Test
  void tenThousandDevices() {
    fleet.devices(10_000);
    var rollout = fleet.make(fleet.fitting("'groups':[{'share':0.01},{}]"));
    fleet.work();
    assertEquals(Map.of("given", 100L, "pending", 9_900L), fleet.counts(rollout));
    DATABASE.run("UPDATE action SET state = 'finished', finished_at = '2026-01-05T10:00:00Z'");
    fleet.later();
    assertEquals(Map.of("finished", 100L, "given", 9_900L), fleet.counts(rollout));
    assertEquals(
        10_000, DATABASE.number("SELECT count(DISTINCT target_key) FROM action WHERE number = 1"));
    assertNotNull(fleet.read(rollout).timeLeft());
  }
}
