package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.actions.MaintenanceWindows;
import io.muster.rest.audit.Author;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When devices have their turn: maintenance windows, rates, and how many are at it at a time. */
class RolloutPaceIT {
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void nobodyBeginsOutsideOfTheWindowAndWhoHasBegunGoesOn() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, window("0 2 * * *", "PT2H", "UTC")));
    fleet.work();
    var view = fleet.read(rollout);
    assertEquals("window", view.waitsFor());
    assertEquals(Instant.parse("2026-01-06T02:00:00Z"), view.nextAt());
    assertEquals(Map.of("pending", 3L), view.counts());
    fleet.clock.set(Instant.parse("2026-01-06T02:00:00Z"));
    fleet.work();
    fleet.instance.retrieve(devices.get(0));
    assertEquals(MaintenanceWindows.Standing.OPEN, fleet.instance.standing(devices.get(0)));
    fleet.instance.succeed(devices.get(1));
    fleet.clock.set(Instant.parse("2026-01-06T04:00:00Z"));
    fleet.work();
    assertEquals(Map.of("running", 1L, "finished", 1L, "pending", 1L), fleet.counts(rollout));
    assertTrue(fleet.instance.open(devices.get(2)).isEmpty());
    // It may go on with its download, and is not to install it now.
    assertEquals(MaintenanceWindows.Standing.CLOSED, fleet.instance.standing(devices.get(0)));
    fleet.instance.succeed(devices.get(0));
    fleet.clock.set(Instant.parse("2026-01-07T02:00:00Z"));
    fleet.work();
    assertEquals(Map.of("given", 1L, "finished", 2L), fleet.counts(rollout));
    assertEquals(1, fleet.instance.devices(fleet.tenant, rollout).getLast().attempts());
    fleet.instance.succeed(devices.get(2));
    fleet.later();
    assertEquals("finished", fleet.state(rollout));
  }

  /** As SWUpdate takes {@code skip}: when it asks before it begins, and while it downloads. */
  @Test
  void whoIsAtItGoesOnWhenTheWindowClosesAndWhoOnlyLookedWaits() {
    var devices = fleet.devices(3);
    var looked = devices.get(0);
    var began = devices.get(1);
    var fetches = devices.get(2);
    var rollout = fleet.make(fleet.listed(devices, window("0 2 * * *", "PT2H", "UTC")));
    fleet.clock.set(Instant.parse("2026-01-06T03:57:00Z"));
    fleet.work();
    devices.forEach(it -> assertEquals("forced", fleet.instance.ask(it)));
    fleet.instance.say(began, "proceeding", "none", "Installing Update Chunk Artifacts.");
    fleet.clock.set(Instant.parse("2026-01-06T04:02:00Z"));
    fleet.work();
    assertEquals("forced", fleet.instance.ask(began));
    for (var poll = 0; poll < 2; poll++) {
      assertEquals("skip", fleet.instance.ask(looked));
      fleet.instance.say(looked, "closed", "success", "Skipped Update.");
    }
    assertEquals(List.of("[skipped]"), fleet.instance.history(looked));
    assertNull(fleet.instance.installed(looked));
    // To fetch it outside of the window is allowed, and no reason to install it there.
    assertEquals("skip", fleet.instance.ask(fetches));
    fleet.instance.say(fetches, "proceeding", "none", "Download complete.");
    assertEquals("skip", fleet.instance.ask(fetches));
    assertEquals(Map.of("running", 3L), fleet.counts(rollout));
    fleet.clock.set(Instant.parse("2026-01-07T02:00:00Z"));
    fleet.work();
    for (var device : devices) {
      assertEquals("forced", fleet.instance.ask(device));
      fleet.instance.say(device, "closed", "success", "Update Installed.");
    }
    fleet.later();
    assertEquals(Map.of("finished", 3L), fleet.counts(rollout));
  }

  @Test
  void resumedOutsideOfItsWindowItWaitsForTheNext() {
    var devices = fleet.devices(2);
    var rollout =
        fleet.make(
            fleet.listed(
                devices, "'groups':[{'count':1},{}]," + window("0 2 * * *", "PT2H", "UTC")));
    fleet.clock.set(Instant.parse("2026-01-06T03:00:00Z"));
    fleet.work();
    fleet.instance.actions.pause(fleet.tenant, rollout, OTHER);
    fleet.instance.succeed(devices.get(0));
    fleet.clock.set(Instant.parse("2026-01-06T05:00:00Z"));
    fleet.instance.actions.resume(fleet.tenant, rollout, OTHER);
    fleet.work();
    assertEquals("window", fleet.read(rollout).waitsFor());
    assertEquals(Map.of("finished", 1L, "pending", 1L), fleet.counts(rollout));
    fleet.clock.set(Instant.parse("2026-01-07T02:00:00Z"));
    fleet.work();
    assertEquals(Map.of("finished", 1L, "given", 1L), fleet.counts(rollout));
  }

  /** On 2026-03-29 the clock goes from 2:00 to 3:00, on 2026-10-25 from 3:00 back to 2:00. */
  @Test
  void windowsFollowTheClockOnTheWallThroughBothChanges() {
    var spring = Instant.parse("2026-03-28T12:00:00Z");
    assertEquals(
        List.of(
            "2026-03-29T01:00:00Z open",
            "2026-03-29T01:59:59Z open",
            "2026-03-29T02:00:00Z closed",
            "2026-03-30T00:30:00Z open"),
        given(
            spring,
            "30 2 * * *",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:59:59Z",
            "2026-03-29T02:00:00Z",
            "2026-03-30T00:30:00Z"));
    var autumn = Instant.parse("2026-10-24T12:00:00Z");
    assertEquals(
        List.of(
            "2026-10-25T00:29:59Z closed",
            "2026-10-25T00:30:00Z open",
            "2026-10-25T01:30:00Z closed",
            "2026-10-26T01:30:00Z open"),
        given(
            autumn,
            "30 2 * * *",
            "2026-10-25T00:29:59Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-26T01:30:00Z"));
  }

  /** Whether a device gets something at each of these times, in a window of an hour. */
  private List<String> given(Instant from, String cron, String... times) {
    List<String> found = new ArrayList<>();
    for (var time : times) {
      fleet.clock.set(from);
      var device = fleet.address("x" + UUID.randomUUID().toString().substring(0, 8));
      fleet.registry.add(device);
      var rollout =
          fleet.make(fleet.listed(List.of(device), window(cron, "PT1H", "Europe/Berlin")));
      fleet.work();
      fleet.clock.set(Instant.parse(time));
      fleet.work();
      found.add(time + (fleet.counts(rollout).containsKey("given") ? " open" : " closed"));
      fleet.instance.actions.cancel(fleet.tenant, rollout, true, OTHER);
      fleet.work();
    }
    return found;
  }

  @Test
  void whatIsGivenWithoutAWindowHasNone() {
    var devices = fleet.devices(2);
    fleet.make(fleet.listed(devices.subList(0, 1), ""));
    fleet.work();
    fleet.instance.assign(devices.get(1), fleet.distribution);
    assertEquals(MaintenanceWindows.Standing.NONE, fleet.instance.standing(devices.get(0)));
    assertEquals(MaintenanceWindows.Standing.NONE, fleet.instance.standing(devices.get(1)));
  }

  @Test
  void aRateIsKept() {
    var devices = fleet.devices(100);
    var rollout = fleet.make(fleet.listed(devices, "'rate':{'perMinute':60}"));
    fleet.work();
    assertEquals(1, given(rollout));
    assertEquals("rate", fleet.read(rollout).waitsFor());
    for (var second = 1; second <= 30; second++) {
      fleet.clock.advance(Duration.ofSeconds(1));
      fleet.work();
    }
    assertEquals(31, given(rollout));
  }

  @Test
  void asManyAreAtItAsMayBeAndWhoDoesNotComeDoesNotHoldOthersUp() {
    var devices = fleet.devices(5);
    var rollout = fleet.make(fleet.listed(devices, "'atOnce':2"));
    fleet.work();
    assertEquals(Map.of("given", 2L, "pending", 3L), fleet.counts(rollout));
    assertEquals("at-once", fleet.read(rollout).waitsFor());
    fleet.instance.succeed(devices.get(0));
    fleet.later();
    assertEquals(Map.of("finished", 1L, "given", 2L, "pending", 2L), fleet.counts(rollout));
    fleet.instance.retrieve(devices.get(1));
    fleet.clock.advance(Duration.ofMinutes(11));
    fleet.work();
    assertEquals(
        Map.of("finished", 1L, "running", 1L, "given", 2L, "pending", 1L), fleet.counts(rollout));
  }

  private long given(UUID rollout) {
    return fleet.counts(rollout).getOrDefault("given", 0L);
  }

  private static String window(String cron, String duration, String zone) {
    return "'maintenance':{'cron':'%s','duration':'%s','zone':'%s'}"
        .formatted(cron, duration, zone);
  }
}
