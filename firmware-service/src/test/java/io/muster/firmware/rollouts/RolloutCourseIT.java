package io.muster.firmware.rollouts;

import static io.muster.firmware.rollouts.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.firmware.FirmwareDatabase;
import io.muster.rest.audit.Author;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How rollouts go from group to group, on a real database with a clock to set. */
class RolloutCourseIT {
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void groupsFollowEachOtherAsTheySucceed() {
    var devices = fleet.devices(10);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':2},{'share':0.3},{}]"));
    fleet.work();
    assertEquals(List.of("running", "waiting", "waiting"), fleet.groups(rollout));
    assertEquals(Map.of("given", 2L, "pending", 8L), fleet.counts(rollout));
    fleet.instance.succeed(devices.get(0));
    fleet.later();
    assertEquals(List.of("running", "waiting", "waiting"), fleet.groups(rollout));
    fleet.instance.succeed(devices.get(1));
    fleet.later();
    assertEquals(List.of("succeeded", "running", "waiting"), fleet.groups(rollout));
    assertEquals(Map.of("finished", 2L, "given", 3L, "pending", 5L), fleet.counts(rollout));
    fleet.instance.succeed(devices.get(2), devices.get(3), devices.get(4));
    fleet.later();
    devices.subList(5, 10).forEach(fleet.instance::succeed);
    fleet.later();
    var view = fleet.read(rollout);
    assertEquals("finished", view.state());
    assertEquals(Map.of("finished", 10L), view.counts());
    assertEquals(
        List.of("running", "finished"), view.steps().stream().map(it -> it.state()).toList());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout WHERE due_at IS NOT NULL"));
    assertEquals(10, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void aCanaryThatFailsStopsAllTheRest() {
    var devices = fleet.devices(10);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':3},{}]"));
    fleet.work();
    fleet.instance.retrieve(devices.get(1));
    fleet.instance.fail(devices.get(0));
    fleet.later();
    var view = fleet.read(rollout);
    assertEquals("stopped", view.state());
    assertEquals("error-share", view.reason());
    assertEquals(List.of("failed", "waiting"), fleet.groups(rollout));
    // Who has not looked does not get it any more.
    assertEquals(List.of(), fleet.instance.open(devices.get(2)));
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM action_status WHERE execution = '[stopped]'"));
    // Who is at it goes on.
    fleet.instance.succeed(devices.get(1));
    fleet.later();
    assertEquals(Map.of("failed", 1L, "finished", 1L, "pending", 8L), fleet.counts(rollout));
    assertEquals(3, DATABASE.number("SELECT count(*) FROM action"));
    assertEquals("error-share", fleet.read(rollout).reason());
  }

  @Test
  void aStoppedRolloutGoesOnWhenSomebodyRetriesWhatFailed() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':1},{}]"));
    fleet.work();
    fleet.instance.fail(devices.get(0));
    fleet.later();
    fleet.instance.actions.retry(fleet.tenant, rollout, List.of("failed"), OTHER);
    fleet.later();
    assertEquals("running", fleet.state(rollout));
    assertEquals(Map.of("given", 1L, "pending", 2L), fleet.counts(rollout));
    fleet.instance.succeed(devices.get(0));
    fleet.later();
    fleet.instance.succeed(devices.get(1), devices.get(2));
    fleet.later();
    assertEquals("finished", fleet.state(rollout));
  }

  @Test
  void aStoppedRolloutGoesOnInSpiteOfFailuresWhenSomebodySaysSo() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':1},{}]"));
    fleet.work();
    fleet.instance.fail(devices.get(0));
    fleet.later();
    fleet.instance.actions.resume(fleet.tenant, rollout, OTHER);
    fleet.later();
    assertEquals(List.of("succeeded", "running"), fleet.groups(rollout));
    fleet.instance.fail(devices.get(1));
    fleet.later();
    assertEquals("stopped", fleet.state(rollout));
  }

  @Test
  void aDeviceThatFailsTriesAgainLaterAndLaterAndNotForEver() {
    var device = fleet.devices(1).getFirst();
    var rollout =
        fleet.make(
            fleet.listed(
                List.of(device),
                "'retry':{'attempts':3,'minBackoff':'PT1M','maxBackoff':'PT90S'}"));
    fleet.work();
    fleet.instance.fail(device);
    fleet.later();
    assertEquals(Map.of("retrying", 1L), fleet.counts(rollout));
    assertEquals("retry", fleet.read(rollout).waitsFor());
    fleet.clock.advance(Duration.ofSeconds(40));
    fleet.work();
    assertEquals(Map.of("retrying", 1L), fleet.counts(rollout));
    fleet.clock.advance(Duration.ofSeconds(10));
    fleet.work();
    assertEquals(Map.of("given", 1L), fleet.counts(rollout));
    fleet.instance.fail(device);
    fleet.later();
    fleet.clock.advance(Duration.ofSeconds(70));
    fleet.work();
    assertEquals(Map.of("retrying", 1L), fleet.counts(rollout));
    fleet.clock.advance(Duration.ofSeconds(20));
    fleet.work();
    fleet.instance.fail(device);
    fleet.later();
    assertEquals(Map.of("failed", 1L), fleet.counts(rollout));
    assertEquals(3, fleet.instance.devices(fleet.tenant, rollout).getFirst().attempts());
    assertEquals("stopped", fleet.state(rollout));
  }

  @Test
  void whatAStoppedRolloutGaveAndNobodyHasSeenIsTakenBackAtOnceAcrossTurns() {
    var devices = fleet.devices(20);
    var narrow = fleet.newInstance(Map.of("muster.firmware.rollouts.batch-devices", "4"));
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'errorShare':0.01}]"));
    fleet.work();
    fleet.instance.retrieve(devices.get(1));
    fleet.instance.fail(devices.get(0));
    fleet.clock.advance(Duration.ofSeconds(10));
    // No time goes by.
    narrow.work();
    assertEquals("stopped", fleet.state(rollout));
    assertEquals(Map.of("failed", 1L, "running", 1L, "pending", 18L), fleet.counts(rollout));
    fleet.instance.actions.resume(fleet.tenant, rollout, OTHER);
    fleet.work();
    assertEquals(Map.of("failed", 1L, "running", 1L, "given", 18L), fleet.counts(rollout));
    // As if they had not had it before.
    assertEquals(1, fleet.instance.devices(fleet.tenant, rollout).getLast().attempts());
  }

  @Test
  void aPausedRolloutGivesNothing() {
    var devices = fleet.devices(4);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':1},{}]"));
    fleet.work();
    fleet.instance.actions.pause(fleet.tenant, rollout, OTHER);
    fleet.instance.succeed(devices.get(0));
    fleet.later();
    assertEquals(Map.of("finished", 1L, "pending", 3L), fleet.counts(rollout));
    refused("rollout-state", () -> fleet.instance.actions.pause(fleet.tenant, rollout, OTHER));
    fleet.instance.actions.resume(fleet.tenant, rollout, OTHER);
    fleet.later();
    assertEquals(Map.of("finished", 1L, "given", 3L), fleet.counts(rollout));
    fleet.instance.retrieve(devices.get(1));
    fleet.instance.actions.pause(fleet.tenant, rollout, OTHER);
    fleet.work();
    assertEquals(Map.of("finished", 1L, "running", 1L, "pending", 2L), fleet.counts(rollout));
    assertEquals(
        2, DATABASE.number("SELECT count(*) FROM action_status WHERE execution = '[paused]'"));
  }

  @Test
  void aCancelledRolloutTakesBackWhatNobodyHasSeenAndAllWhenItIsToldTo() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':2},{}]"));
    fleet.work();
    fleet.instance.retrieve(devices.get(0));
    fleet.instance.actions.cancel(fleet.tenant, rollout, false, OTHER);
    fleet.later();
    assertEquals(Map.of("running", 1L, "cancelled", 2L), fleet.counts(rollout));
    fleet.instance.actions.cancel(fleet.tenant, rollout, true, OTHER);
    fleet.later();
    assertEquals(Map.of("cancelling", 1L, "cancelled", 2L), fleet.counts(rollout));
    fleet.instance.leave(devices.get(0));
    fleet.clock.advance(Duration.ofSeconds(11));
    fleet.work();
    assertEquals(Map.of("cancelled", 3L), fleet.counts(rollout));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout WHERE due_at IS NOT NULL"));
    refused("rollout-state", () -> fleet.instance.actions.resume(fleet.tenant, rollout, OTHER));
  }

  @Test
  void itBeginsWhenItIsTimeOrWhenSomebodyStartsIt() {
    var devices = fleet.devices(2);
    var timed = fleet.make(fleet.listed(devices.subList(0, 1), "'startAt':'2026-01-05T12:00:00Z'"));
    var manual = fleet.make(fleet.listed(devices.subList(1, 2), "'manualStart':true"));
    fleet.work();
    assertEquals("scheduled", fleet.state(timed));
    assertEquals("ready", fleet.state(manual));
    fleet.instance.actions.start(fleet.tenant, manual, OTHER);
    fleet.work();
    assertEquals(Map.of("given", 1L), fleet.counts(manual));
    fleet.clock.set(Instant.parse("2026-01-05T12:00:00Z"));
    fleet.work();
    assertEquals(Map.of("given", 1L), fleet.counts(timed));
  }

  @Test
  void theTimeThatIsLeftIsToldFromWhatUpdatesTook() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':1},{}]"));
    fleet.work();
    assertEquals(Duration.ofMinutes(10), fleet.read(rollout).timeLeft());
    fleet.clock.advance(Duration.ofMinutes(2));
    fleet.instance.succeed(devices.get(0));
    fleet.work();
    fleet.later();
    assertEquals(Duration.ofMinutes(2), fleet.read(rollout).timeLeft());
    fleet.instance.actions.pause(fleet.tenant, rollout, OTHER);
    assertNull(fleet.read(rollout).timeLeft());
  }

  @Test
  void whatADeviceWasToGetIsReplacedAndTheSameIsTakenOver() {
    var devices = fleet.devices(3);
    var earlier = fleet.distribution("1.0");
    fleet.instance.assign(devices.get(0), earlier);
    fleet.instance.retrieve(devices.get(0));
    fleet.instance.assign(devices.get(1), fleet.distribution);
    fleet.instance.assign(devices.get(2), fleet.distribution);
    fleet.instance.succeed(devices.get(2));
    var rollout = fleet.make(fleet.listed(devices, ""));
    fleet.work();
    var first = fleet.instance.open(devices.get(0));
    assertEquals(
        List.of("cancelling", "open"), first.stream().map(it -> it.state().label()).toList());
    assertEquals(1, fleet.instance.open(devices.get(1)).size());
    assertEquals(Map.of("given", 2L, "finished", 1L), fleet.counts(rollout));
    fleet.instance.leave(devices.get(0));
    fleet.instance.succeed(devices.get(0), devices.get(1));
    fleet.later();
    assertEquals("finished", fleet.state(rollout));
    assertEquals(4, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void somebodyElsesUpdateOfADeviceEndsItsPart() {
    var devices = fleet.devices(2);
    var rollout = fleet.make(fleet.listed(devices, ""));
    fleet.work();
    fleet.instance.assign(devices.get(0), fleet.distribution("9.0"));
    fleet.instance.succeed(devices.get(1));
    fleet.later();
    assertEquals(Map.of("cancelled", 1L, "finished", 1L), fleet.counts(rollout));
    assertEquals("finished", fleet.state(rollout));
  }
}
