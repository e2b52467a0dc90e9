package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.Neighbour;
import io.muster.firmware.SetClock;
import io.muster.firmware.actions.MaintenanceWindows;
import io.muster.firmware.audit.Author;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.rest.versions.IfMatch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The course of rollouts on a real database, with a registry over real HTTP and a clock to set. */
class RolloutCourseIT {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private final List<RolloutInstance> instances = new ArrayList<>();
  private SetClock clock;
  private Neighbour registry;
  private TenantId tenant;
  private RolloutInstance instance;
  private UUID distribution;

  @BeforeEach
  void start() throws IOException {
    clock = new SetClock();
    clock.set(T0);
    registry = new Neighbour();
    registry.filter("tag==lab", id -> true);
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    instance = newInstance(Map.of());
    distribution = instance.distribution(tenant, "2.0");
  }

  @AfterEach
  void stop() {
    instances.forEach(RolloutInstance::close);
    registry.close();
  }

  @Test
  void groupsFollowEachOtherAsTheySucceed() {
    var devices = devices(10);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':2},{'share':0.3},{}]"));
    work();
    assertEquals(List.of("running", "waiting", "waiting"), groups(rollout));
    assertEquals(Map.of("given", 2L, "pending", 8L), instance.counts(tenant, rollout));
    instance.succeed(devices.get(0));
    later();
    assertEquals(List.of("running", "waiting", "waiting"), groups(rollout));
    instance.succeed(devices.get(1));
    later();
    assertEquals(List.of("succeeded", "running", "waiting"), groups(rollout));
    assertEquals(
        Map.of("finished", 2L, "given", 3L, "pending", 5L), instance.counts(tenant, rollout));
    instance.succeed(devices.get(2), devices.get(3), devices.get(4));
    later();
    devices.subList(5, 10).forEach(instance::succeed);
    later();
    var view = instance.read(tenant, rollout);
    assertEquals("finished", view.state());
    assertEquals(Map.of("finished", 10L), view.counts());
    assertEquals(
        List.of("running", "finished"), view.steps().stream().map(it -> it.state()).toList());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout WHERE due_at IS NOT NULL"));
    assertEquals(10, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void aCanaryThatFailsStopsAllTheRest() {
    var devices = devices(10);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':2},{}]"));
    work();
    instance.fail(devices.get(0));
    later();
    var view = instance.read(tenant, rollout);
    assertEquals("stopped", view.state());
    assertEquals("error-share", view.reason());
    assertEquals(List.of("failed", "waiting"), groups(rollout));
    // Who is at it goes on.
    instance.succeed(devices.get(1));
    later();
    assertEquals(
        Map.of("failed", 1L, "finished", 1L, "pending", 8L), instance.counts(tenant, rollout));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM action"));
    assertEquals("error-share", instance.read(tenant, rollout).reason());
  }

  @Test
  void aStoppedRolloutGoesOnWhenSomebodyRetriesWhatFailed() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':1},{}]"));
    work();
    instance.fail(devices.get(0));
    later();
    instance.actions.retry(tenant, rollout, List.of("failed"), OTHER);
    later();
    assertEquals("running", instance.state(tenant, rollout));
    assertEquals(Map.of("given", 1L, "pending", 2L), instance.counts(tenant, rollout));
    instance.succeed(devices.get(0));
    later();
    instance.succeed(devices.get(1), devices.get(2));
    later();
    assertEquals("finished", instance.state(tenant, rollout));
  }

  @Test
  void aStoppedRolloutGoesOnInSpiteOfFailuresWhenSomebodySaysSo() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':1},{}]"));
    work();
    instance.fail(devices.get(0));
    later();
    instance.actions.resume(tenant, rollout, OTHER);
    later();
    assertEquals(List.of("succeeded", "running"), groups(rollout));
    instance.fail(devices.get(1));
    later();
    assertEquals("stopped", instance.state(tenant, rollout));
  }

  @Test
  void aDeviceThatFailsTriesAgainLaterAndLaterAndNotForEver() {
    var device = devices(1).getFirst();
    var rollout =
        instance.make(
            tenant,
            listed(
                List.of(device),
                "'retry':{'attempts':3,'minBackoff':'PT1M','maxBackoff':'PT90S'}"));
    work();
    instance.fail(device);
    later();
    assertEquals(Map.of("retrying", 1L), instance.counts(tenant, rollout));
    assertEquals("retry", instance.read(tenant, rollout).waitsFor());
    clock.advance(Duration.ofSeconds(40));
    work();
    assertEquals(Map.of("retrying", 1L), instance.counts(tenant, rollout));
    clock.advance(Duration.ofSeconds(10));
    work();
    assertEquals(Map.of("given", 1L), instance.counts(tenant, rollout));
    instance.fail(device);
    later();
    clock.advance(Duration.ofSeconds(70));
    work();
    assertEquals(Map.of("retrying", 1L), instance.counts(tenant, rollout));
    clock.advance(Duration.ofSeconds(20));
    work();
    instance.fail(device);
    later();
    assertEquals(Map.of("failed", 1L), instance.counts(tenant, rollout));
    assertEquals(3, instance.devices(tenant, rollout).getFirst().attempts());
    assertEquals("stopped", instance.state(tenant, rollout));
  }

  @Test
  void twoInstancesGiveEachDeviceOneAction() throws Exception {
    var devices = devices(500);
    var settings = Map.of("muster.firmware.rollouts.batch-devices", "20");
    var two = List.of(newInstance(settings), newInstance(settings));
    List<UUID> rollouts = new ArrayList<>();
    for (var i = 0; i < 4; i++) {
      var own = instance.distribution(tenant, "3." + i);
      rollouts.add(instance.make(tenant, listed(devices.subList(i * 100, i * 100 + 100), own, "")));
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
    later();
    for (var rollout : rollouts) {
      assertEquals(Map.of("given", 100L), instance.counts(tenant, rollout));
    }
    assertEquals(400, DATABASE.number("SELECT count(*) FROM action"));
    assertEquals(400, DATABASE.number("SELECT sum(given) FROM rollout"));
    assertEquals(
        400, DATABASE.number("SELECT count(*) FROM outbox WHERE topic LIKE 'firmware/%/notify'"));
  }

  @Test
  void anotherInstanceGoesOnForOneThatDied() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, ""));
    instance.dieWithOne();
    var other = newInstance(Map.of());
    other.work();
    assertEquals(Map.of(), other.counts(tenant, rollout));
    clock.advance(Duration.ofSeconds(31));
    other.work();
    assertEquals(Map.of("given", 3L), other.counts(tenant, rollout));
  }

  @Test
  void aTurnThatFailsLeavesNothingAndIsTakenAgainSoon() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, ""));
    DATABASE.run("ALTER TABLE action ADD CONSTRAINT none CHECK (number < 0)");
    assertThrows(RuntimeException.class, this::work);
    assertEquals(Map.of("pending", 3L), instance.counts(tenant, rollout));
    DATABASE.run("ALTER TABLE action DROP CONSTRAINT none");
    work();
    assertEquals(Map.of("pending", 3L), instance.counts(tenant, rollout));
    clock.advance(Duration.ofSeconds(2));
    work();
    assertEquals(Map.of("given", 3L), instance.counts(tenant, rollout));
    assertEquals(3, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void aFirstGroupOfAFilterIsASampleOfItsSize() {
    devices(100);
    var rollout = instance.make(tenant, fitting("'groups':[{'share':0.05},{'share':0.2},{}]"));
    work();
    var view = instance.read(tenant, rollout);
    assertEquals(
        List.of(5L, 20L, 75L),
        view.groups().stream()
            .map(it -> it.counts().values().stream().mapToLong(Long::longValue).sum())
            .toList());
    var first =
        instance.devices(tenant, rollout).stream()
            .filter(it -> it.group() == 0)
            .map(it -> it.device().value())
            .toList();
    assertFalse(first.equals(List.of("d0000", "d0001", "d0002", "d0003", "d0004")));
  }

  @Test
  void devicesThatHaveNoPartAreToldOf() {
    devices(3);
    registry.add(address("d0001"), "pump", true);
    registry.add(address("d0002"), "lamp", false);
    var typed = instance.distribution(tenant, "4.0", "lamp", "torch");
    var rollout =
        instance.make(
            tenant,
            listed(
                List.of(address("d0000"), address("d0001"), address("d0002"), address("nobody")),
                typed,
                ""));
    work();
    assertEquals(
        Map.of("given", 1L, "incompatible", 1L, "disabled", 1L, "unknown", 1L),
        instance.counts(tenant, rollout));
    instance.succeed(address("d0000"));
    later();
    var view = instance.read(tenant, rollout);
    assertEquals("finished", view.state());
    assertEquals(
        Map.of("finished", 1L, "incompatible", 1L, "disabled", 1L, "unknown", 1L), view.counts());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void incompatibleDevicesOfAFilterAreFoundPageByPage() {
    devices(25);
    for (var i = 0; i < 25; i += 2) {
      registry.add(address("d%04d".formatted(i)), "pump", true);
    }
    var small = newInstance(Map.of("muster.firmware.rollouts.page-devices", "10"));
    var typed = small.distribution(tenant, "4.0", "lamp");
    var rollout = small.make(tenant, fitting(typed, ""));
    small.work();
    assertEquals(Map.of("given", 12L, "incompatible", 13L), small.counts(tenant, rollout));
  }

  @Test
  void aDisabledDeviceHasItsTurnWhenItIsEnabledAndADeletedOneNever() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':1},{}]"));
    work();
    instance.registryTells(
        "platform/registry/device-disabled/" + devices.get(1),
        "platform/registry/device-deleted/" + devices.get(2));
    registry.add(devices.get(1), "lamp", false);
    registry.remove(devices.get(2));
    instance.succeed(devices.get(0));
    later();
    work();
    assertEquals(
        Map.of("finished", 1L, "disabled", 1L, "removed", 1L), instance.counts(tenant, rollout));
    registry.add(devices.get(1), "lamp", true);
    assertEquals("finished", instance.state(tenant, rollout));
    instance.registryTells("platform/registry/device-updated/" + devices.get(1));
    instance.actions.retry(tenant, rollout, List.of("disabled"), OTHER);
    work();
    later();
    assertEquals(
        Map.of("finished", 1L, "given", 1L, "removed", 1L), instance.counts(tenant, rollout));
  }

  @Test
  void aDeviceThatIsDeletedAtItHoldsNothingUp() {
    var devices = devices(2);
    var rollout = instance.make(tenant, listed(devices, ""));
    work();
    instance.registryTells("platform/registry/device-deleted/" + devices.get(1));
    instance.succeed(devices.get(0));
    later();
    assertEquals("finished", instance.state(tenant, rollout));
    assertEquals(Map.of("finished", 1L, "cancelled", 1L), instance.counts(tenant, rollout));
  }

  @Test
  void whatADeviceWasToGetIsReplacedAndTheSameIsTakenOver() {
    var devices = devices(3);
    var earlier = instance.distribution(tenant, "1.0");
    instance.assign(devices.get(0), earlier);
    instance.retrieve(devices.get(0));
    instance.assign(devices.get(1), distribution);
    instance.assign(devices.get(2), distribution);
    instance.succeed(devices.get(2));
    var rollout = instance.make(tenant, listed(devices, ""));
    work();
    var first = instance.open(devices.get(0));
    assertEquals(
        List.of("cancelling", "open"), first.stream().map(it -> it.state().label()).toList());
    assertEquals(1, instance.open(devices.get(1)).size());
    assertEquals(Map.of("given", 2L, "finished", 1L), instance.counts(tenant, rollout));
    instance.leave(devices.get(0));
    instance.succeed(devices.get(0), devices.get(1));
    later();
    assertEquals("finished", instance.state(tenant, rollout));
    assertEquals(4, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void somebodyElsesUpdateOfADeviceEndsItsPart() {
    var devices = devices(2);
    var rollout = instance.make(tenant, listed(devices, ""));
    work();
    instance.assign(devices.get(0), instance.distribution(tenant, "9.0"));
    instance.succeed(devices.get(1));
    later();
    assertEquals(Map.of("cancelled", 1L, "finished", 1L), instance.counts(tenant, rollout));
    assertEquals("finished", instance.state(tenant, rollout));
  }

  @Test
  void aPausedRolloutGivesNothing() {
    var devices = devices(4);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':1},{}]"));
    work();
    instance.actions.pause(tenant, rollout, OTHER);
    instance.succeed(devices.get(0));
    later();
    assertEquals(Map.of("finished", 1L, "pending", 3L), instance.counts(tenant, rollout));
    refused("rollout-state", () -> instance.actions.pause(tenant, rollout, OTHER));
    instance.actions.resume(tenant, rollout, OTHER);
    later();
    assertEquals(Map.of("finished", 1L, "given", 3L), instance.counts(tenant, rollout));
  }

  @Test
  void aCancelledRolloutTakesBackWhatNobodyHasSeenAndAllWhenItIsToldTo() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':2},{}]"));
    work();
    instance.retrieve(devices.get(0));
    instance.actions.cancel(tenant, rollout, false, OTHER);
    later();
    assertEquals(Map.of("running", 1L, "cancelled", 2L), instance.counts(tenant, rollout));
    instance.actions.cancel(tenant, rollout, true, OTHER);
    later();
    assertEquals(Map.of("cancelling", 1L, "cancelled", 2L), instance.counts(tenant, rollout));
    instance.leave(devices.get(0));
    clock.advance(Duration.ofSeconds(11));
    work();
    assertEquals(Map.of("cancelled", 3L), instance.counts(tenant, rollout));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout WHERE due_at IS NOT NULL"));
    refused("rollout-state", () -> instance.actions.resume(tenant, rollout, OTHER));
  }

  @Test
  void eachDeviceGoesBackToWhatItHad() {
    var devices = devices(6);
    var one = instance.distribution(tenant, "1.0");
    var other = instance.distribution(tenant, "1.1");
    instance.assign(devices.get(0), one);
    instance.assign(devices.get(1), other);
    instance.assign(devices.get(2), one);
    instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':5},{}]"));
    work();
    instance.succeed(devices.get(0), devices.get(1), devices.get(3));
    // This one is at it, that one has not seen it, the last had no turn.
    instance.retrieve(devices.get(2));
    later();
    var back = instance.waysBack.make(tenant, rollout, null, null, OTHER);
    refused("rollout-state", () -> instance.waysBack.make(tenant, rollout, null, null, OTHER));
    work();
    assertEquals("cancelled", instance.state(tenant, rollout));
    assertEquals(Map.of("given", 3L, "no-previous", 1L), instance.counts(tenant, back));
    assertTrue(instance.open(devices.get(4)).isEmpty());
    assertTrue(instance.open(devices.get(5)).isEmpty());
    instance.leave(devices.get(2));
    instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    later();
    assertEquals("finished", instance.state(tenant, back));
    assertEquals("1.0", instance.installed(devices.get(0)));
    assertEquals("1.1", instance.installed(devices.get(1)));
    assertEquals("1.0", instance.installed(devices.get(2)));
    assertEquals("2.0", instance.installed(devices.get(3)));
    assertEquals(rollout, instance.read(tenant, back).rollbackOf());
  }

  @Test
  void aDeviceThatGotSomethingElseSinceDoesNotGoBack() {
    var device = devices(1).getFirst();
    instance.assign(device, instance.distribution(tenant, "1.0"));
    instance.succeed(device);
    var rollout = instance.make(tenant, listed(List.of(device), ""));
    work();
    instance.succeed(device);
    later();
    instance.assign(device, instance.distribution(tenant, "3.0"));
    instance.succeed(device);
    var back = instance.waysBack.make(tenant, rollout, null, null, OTHER);
    work();
    assertEquals(Map.of("superseded", 1L), instance.counts(tenant, back));
    assertEquals("finished", instance.state(tenant, back));
    assertEquals("3.0", instance.installed(device));
  }

  @Test
  void nobodyBeginsOutsideOfTheWindowAndWhoHasBegunGoesOn() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, window("0 2 * * *", "PT2H", "UTC")));
    work();
    var view = instance.read(tenant, rollout);
    assertEquals("window", view.waitsFor());
    assertEquals(Instant.parse("2026-01-06T02:00:00Z"), view.nextAt());
    assertEquals(Map.of("pending", 3L), view.counts());
    clock.set(Instant.parse("2026-01-06T02:00:00Z"));
    work();
    instance.retrieve(devices.get(0));
    assertEquals(MaintenanceWindows.Standing.OPEN, instance.standing(devices.get(0)));
    instance.succeed(devices.get(1));
    clock.set(Instant.parse("2026-01-06T04:00:00Z"));
    work();
    assertEquals(
        Map.of("running", 1L, "finished", 1L, "pending", 1L), instance.counts(tenant, rollout));
    assertTrue(instance.open(devices.get(2)).isEmpty());
    // It may go on with its download, and is not to install it now.
    assertEquals(MaintenanceWindows.Standing.CLOSED, instance.standing(devices.get(0)));
    instance.succeed(devices.get(0));
    clock.set(Instant.parse("2026-01-07T02:00:00Z"));
    work();
    assertEquals(Map.of("given", 1L, "finished", 2L), instance.counts(tenant, rollout));
    assertEquals(1, instance.devices(tenant, rollout).getLast().attempts());
    instance.succeed(devices.get(2));
    later();
    assertEquals("finished", instance.state(tenant, rollout));
  }

  @Test
  void resumedOutsideOfItsWindowItWaitsForTheNext() {
    var devices = devices(2);
    var rollout =
        instance.make(
            tenant,
            listed(devices, "'groups':[{'count':1},{}]," + window("0 2 * * *", "PT2H", "UTC")));
    clock.set(Instant.parse("2026-01-06T03:00:00Z"));
    work();
    instance.actions.pause(tenant, rollout, OTHER);
    instance.succeed(devices.get(0));
    clock.set(Instant.parse("2026-01-06T05:00:00Z"));
    instance.actions.resume(tenant, rollout, OTHER);
    work();
    assertEquals("window", instance.read(tenant, rollout).waitsFor());
    assertEquals(Map.of("finished", 1L, "pending", 1L), instance.counts(tenant, rollout));
    clock.set(Instant.parse("2026-01-07T02:00:00Z"));
    work();
    assertEquals(Map.of("finished", 1L, "given", 1L), instance.counts(tenant, rollout));
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
      clock.set(from);
      var device = address("x" + UUID.randomUUID().toString().substring(0, 8));
      registry.add(device);
      var rollout =
          instance.make(tenant, listed(List.of(device), window(cron, "PT1H", "Europe/Berlin")));
      work();
      clock.set(Instant.parse(time));
      work();
      found.add(
          time + (instance.counts(tenant, rollout).containsKey("given") ? " open" : " closed"));
      instance.actions.cancel(tenant, rollout, true, OTHER);
      work();
    }
    return found;
  }

  @Test
  void whatIsGivenWithoutAWindowHasNone() {
    var devices = devices(2);
    instance.make(tenant, listed(devices.subList(0, 1), ""));
    work();
    instance.assign(devices.get(1), distribution);
    assertEquals(MaintenanceWindows.Standing.NONE, instance.standing(devices.get(0)));
    assertEquals(MaintenanceWindows.Standing.NONE, instance.standing(devices.get(1)));
  }

  @Test
  void aRateIsKept() {
    var devices = devices(100);
    var rollout = instance.make(tenant, listed(devices, "'rate':{'perMinute':60}"));
    work();
    assertEquals(1, given(rollout));
    assertEquals("rate", instance.read(tenant, rollout).waitsFor());
    for (var second = 1; second <= 30; second++) {
      clock.advance(Duration.ofSeconds(1));
      work();
    }
    assertEquals(31, given(rollout));
  }

  @Test
  void asManyAreAtItAsMayBeAndWhoDoesNotComeDoesNotHoldOthersUp() {
    var devices = devices(5);
    var rollout = instance.make(tenant, listed(devices, "'atOnce':2"));
    work();
    assertEquals(Map.of("given", 2L, "pending", 3L), instance.counts(tenant, rollout));
    assertEquals("at-once", instance.read(tenant, rollout).waitsFor());
    instance.succeed(devices.get(0));
    later();
    assertEquals(
        Map.of("finished", 1L, "given", 2L, "pending", 2L), instance.counts(tenant, rollout));
    instance.retrieve(devices.get(1));
    clock.advance(Duration.ofMinutes(11));
    work();
    assertEquals(
        Map.of("finished", 1L, "running", 1L, "given", 2L, "pending", 1L),
        instance.counts(tenant, rollout));
  }

  @Test
  void devicesThatComeLaterGetItToo() {
    var devices = devices(2);
    var rollout = instance.make(tenant, fitting("'continuous':true,'groups':[{'share':0.5},{}]"));
    work();
    var first = open(devices);
    instance.succeed(first);
    later();
    devices.forEach(it -> instance.open(it).forEach(open -> instance.succeed(it)));
    later();
    assertEquals("running", instance.state(tenant, rollout));
    assertEquals(Map.of("finished", 2L), instance.counts(tenant, rollout));
    registry.add(address("late"));
    instance.registryTells("platform/registry/device-created/" + address("late"));
    work();
    clock.advance(Duration.ofSeconds(6));
    work();
    assertEquals(Map.of("finished", 2L, "given", 1L), instance.counts(tenant, rollout));
    assertEquals(1, instance.devices(tenant, rollout).getLast().group());
  }

  @Test
  void whatComesWhileItIsPausedIsFoundWhenItGoesOn() {
    var devices = devices(1);
    var rollout = instance.make(tenant, fitting("'continuous':true"));
    work();
    instance.actions.pause(tenant, rollout, OTHER);
    work();
    registry.add(address("late"));
    instance.registryTells("platform/registry/device-created/" + address("late"));
    clock.advance(Duration.ofSeconds(6));
    assertTimeoutPreemptively(Duration.ofSeconds(30), this::work);
    assertEquals(Map.of("given", 1L), instance.counts(tenant, rollout));
    instance.succeed(devices.getFirst());
    instance.actions.resume(tenant, rollout, OTHER);
    later();
    assertEquals(Map.of("finished", 1L, "given", 1L), instance.counts(tenant, rollout));
  }

  @Test
  void asASnapshotItStaysAsItWas() {
    var devices = devices(1);
    var rollout = instance.make(tenant, fitting(""));
    work();
    registry.add(address("late"));
    instance.registryTells("platform/registry/device-created/" + address("late"));
    clock.advance(Duration.ofSeconds(6));
    work();
    instance.succeed(devices.getFirst());
    later();
    assertEquals("finished", instance.state(tenant, rollout));
    assertEquals(Map.of("finished", 1L), instance.counts(tenant, rollout));
  }

  @Test
  void aSecondPersonApprovesOrRejects() {
    var devices = devices(1);
    var rollout = instance.make(tenant, listed(devices, "'approvalRequired':true"));
    work();
    assertEquals("waiting-for-approval", instance.state(tenant, rollout));
    refused(
        "same-person",
        () -> instance.actions.approve(tenant, rollout, null, RolloutInstance.AUTHOR));
    refused("rollout-state", () -> instance.actions.start(tenant, rollout, OTHER));
    refused("rollout-state", () -> instance.actions.resume(tenant, rollout, OTHER));
    instance.actions.approve(tenant, rollout, "looks right", OTHER);
    work();
    var view = instance.read(tenant, rollout);
    assertEquals(Map.of("given", 1L), view.counts());
    assertEquals("sam", view.decision().by());
    assertEquals("looks right", view.decision().note());
    instance.settings.write(tenant, true, IfMatch.required("\"0\""), OTHER);
    var rejected = instance.make(tenant, listed(devices, "'approvalRequired':false"));
    instance.actions.reject(tenant, rejected, null, OTHER);
    work();
    assertEquals("rejected", instance.state(tenant, rejected));
    assertEquals(Map.of(), instance.counts(tenant, rejected));
  }

  @Test
  void itBeginsWhenItIsTimeOrWhenSomebodyStartsIt() {
    var devices = devices(2);
    var timed =
        instance.make(tenant, listed(devices.subList(0, 1), "'startAt':'2026-01-05T12:00:00Z'"));
    var manual = instance.make(tenant, listed(devices.subList(1, 2), "'manualStart':true"));
    work();
    assertEquals("scheduled", instance.state(tenant, timed));
    assertEquals("ready", instance.state(tenant, manual));
    instance.actions.start(tenant, manual, OTHER);
    work();
    assertEquals(Map.of("given", 1L), instance.counts(tenant, manual));
    clock.set(Instant.parse("2026-01-05T12:00:00Z"));
    work();
    assertEquals(Map.of("given", 1L), instance.counts(tenant, timed));
  }

  @Test
  void withTheRegistryAwayItIsAskedAgain() {
    devices(2);
    var rollout = instance.make(tenant, fitting(""));
    registry.away(true);
    work();
    assertEquals("registry", instance.read(tenant, rollout).waitsFor());
    registry.away(false);
    clock.advance(Duration.ofSeconds(6));
    work();
    assertEquals(Map.of("given", 2L), instance.counts(tenant, rollout));
    registry.away(true);
    var refused = assertThrows(RefusedException.class, () -> instance.make(tenant, fitting("")));
    assertInstanceOf(Refusal.Unavailable.class, refused.refusal());
  }

  @Test
  void whatTheRegistryDoesNotUnderstandIsRefusedOrEndsIt() {
    devices(1);
    var other = body(distribution, "'targets':{'filter':'nonsense'}", "");
    var refused = assertThrows(RefusedException.class, () -> instance.make(tenant, other));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
    registry.filter("soon==gone", _ -> true);
    var rollout =
        instance.make(tenant, body(distribution, "'targets':{'filter':'soon==gone'}", ""));
    registry.forget("soon==gone");
    work();
    assertEquals("cancelled", instance.state(tenant, rollout));
    assertEquals("targets-refused", instance.read(tenant, rollout).reason());
  }

  @Test
  void whatOnlyMakesSenseBetweenBracketsIsNoFilter() {
    devices(1);
    registry.filter("tag==lab),(tag==lab", _ -> true);
    var breakingOut = body(distribution, "'targets':{'filter':'tag==lab),(tag==lab'}", "");
    var refused = assertThrows(RefusedException.class, () -> instance.make(tenant, breakingOut));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
    var forecast = RolloutInstance.body(breakingOut);
    refused = assertThrows(RefusedException.class, () -> instance.census.take(tenant, forecast));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
  }

  @Test
  void aRepeatedRequestMakesNothingAgain() {
    var devices = devices(1);
    var key = Optional.of(new IdempotencyKey("once"));
    var first = instance.make(tenant, listed(devices, ""), key);
    assertEquals(first, instance.make(tenant, listed(devices, ""), key));
    refused(
        "idempotency-key-used", () -> instance.make(tenant, listed(devices, "'atOnce':3"), key));
    var elsewhere = new TenantId("u" + UUID.randomUUID().toString().substring(0, 12));
    registry.add(new DeviceAddress(elsewhere, devices.getFirst().device()));
    var own = instance.distribution(elsewhere, "2.0");
    var second = instance.make(elsewhere, listed(devices, own, ""), key);
    assertFalse(first.equals(second));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM rollout"));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'rollout-created'"));
  }

  @Test
  void limitsAreKept() {
    var devices = devices(3);
    var small =
        newInstance(
            Map.of(
                "muster.firmware.rollouts.open-per-tenant", "1",
                "muster.firmware.rollouts.devices", "2"));
    var rollout = small.make(tenant, fitting(""));
    var refused =
        assertThrows(RefusedException.class, () -> small.make(tenant, listed(devices, "")));
    assertInstanceOf(Refusal.LimitReached.class, refused.refusal());
    small.work();
    assertEquals("cancelled", small.state(tenant, rollout));
    assertEquals("too-many-devices", small.read(tenant, rollout).reason());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void whatDevicesMayGoBackToIsNotDeleted() {
    var device = devices(1).getFirst();
    var before = instance.distribution(tenant, "1.0");
    instance.assign(device, before);
    instance.succeed(device);
    instance.make(tenant, listed(List.of(device), ""));
    work();
    DATABASE.run("DELETE FROM action WHERE state = 'finished'");
    assertTrue(isInUse(before));
    assertTrue(isInUse(distribution));
    assertFalse(isInUse(instance.distribution(tenant, "0.1")));
  }

  @Test
  void nobodySeesAnotherTenantsRollout() {
    var rollout = instance.make(tenant, listed(devices(1), ""));
    var stranger = new TenantId("stranger");
    absent(() -> instance.read(stranger, rollout));
    absent(() -> instance.actions.cancel(stranger, rollout, true, OTHER));
    absent(() -> instance.waysBack.make(stranger, rollout, null, null, OTHER));
    absent(() -> instance.devices(stranger, rollout));
    assertTrue(instance.reader.list(stranger, Optional.empty(), 0, 10).isEmpty());
    var refused =
        assertThrows(
            RefusedException.class,
            () -> instance.make(stranger, listed(List.of(address("d0000")), "")));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
  }

  @Test
  void listsAreInOrderAndWithoutListedDevices() {
    var first = instance.make(tenant, listed(devices(2), ""));
    var second = instance.make(tenant, fitting("'manualStart':true"));
    work();
    var all = instance.reader.list(tenant, Optional.empty(), 0, 10);
    assertEquals(List.of(second, first), all.stream().map(it -> it.view().id()).toList());
    assertNull(all.getLast().view().targets().devices());
    assertEquals("tag==lab", all.getFirst().view().targets().filter());
    assertEquals(
        List.of(first),
        instance.reader.list(tenant, Optional.empty(), all.getFirst().key(), 10).stream()
            .map(it -> it.view().id())
            .toList());
    assertEquals(
        List.of(second),
        instance.reader.list(tenant, Optional.of(RolloutState.READY), 0, 10).stream()
            .map(it -> it.view().id())
            .toList());
    assertEquals(2, instance.read(tenant, first).targets().devices().size());
    assertNull(instance.reader.readBriefly(tenant, first).targets().devices());
  }

  @Test
  void whatEndedLongAgoIsForgotten() {
    var device = devices(1).getFirst();
    instance.make(tenant, listed(List.of(device), ""));
    work();
    instance.succeed(device);
    later();
    instance.remains.forgetSome();
    assertEquals(1, DATABASE.number("SELECT count(*) FROM rollout"));
    clock.advance(Duration.ofDays(91));
    instance.remains.forgetSome();
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout_device"));
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void aForecastSaysHowManyAndHowLong() {
    devices(10);
    registry.add(address("d0001"), "pump", true);
    registry.add(address("d0002"), "lamp", false);
    var typed = instance.distribution(tenant, "4.0", "lamp");
    var view =
        instance.census.take(
            tenant,
            RolloutInstance.body(
                fitting(typed, "'groups':[{'share':0.2},{}],'rate':{'perMinute':1}")));
    assertEquals(10, view.devices());
    assertEquals(8, view.fitting());
    assertEquals(1, view.disabled());
    assertEquals(1, view.incompatible());
    assertEquals(List.of(2L, 7L), view.groups().stream().map(it -> it.devices()).toList());
    assertEquals(Duration.ofMinutes(1 + 10 + 6 + 10), view.takes());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout"));
  }

  @Test
  void theTimeThatIsLeftIsToldFromWhatUpdatesTook() {
    var devices = devices(3);
    var rollout = instance.make(tenant, listed(devices, "'groups':[{'count':1},{}]"));
    work();
    assertEquals(Duration.ofMinutes(10), instance.read(tenant, rollout).timeLeft());
    clock.advance(Duration.ofMinutes(2));
    instance.succeed(devices.get(0));
    work();
    later();
    assertEquals(Duration.ofMinutes(2), instance.read(tenant, rollout).timeLeft());
    instance.actions.pause(tenant, rollout, OTHER);
    assertNull(instance.read(tenant, rollout).timeLeft());
  }

  @Test
  void tenThousandDevices() {
    devices(10_000);
    var rollout = instance.make(tenant, fitting("'groups':[{'share':0.01},{}]"));
    work();
    assertEquals(Map.of("given", 100L, "pending", 9_900L), instance.counts(tenant, rollout));
    DATABASE.run("UPDATE action SET state = 'finished', finished_at = '2026-01-05T10:00:00Z'");
    later();
    assertEquals(Map.of("finished", 100L, "given", 9_900L), instance.counts(tenant, rollout));
    assertEquals(
        10_000, DATABASE.number("SELECT count(DISTINCT target_key) FROM action WHERE number = 1"));
    assertNotNull(instance.read(tenant, rollout).timeLeft());
  }

  private long given(UUID rollout) {
    return instance.counts(tenant, rollout).getOrDefault("given", 0L);
  }

  private DeviceAddress[] open(List<DeviceAddress> devices) {
    return devices.stream()
        .filter(
            it ->
                DATABASE.number(
                        "SELECT count(*) FROM action AS a JOIN target AS t ON t.key = a.target_key"
                            + " WHERE a.finished_at IS NULL AND t.device = '"
                            + it.device()
                            + "'")
                    > 0)
        .toArray(DeviceAddress[]::new);
  }

  private boolean isInUse(UUID id) {
    return instance.use(
        db ->
            db.first(
                    DistributionTable.IN_USE,
                    DistributionTable.find(db, tenant, id).orElseThrow().key())
                .isPresent());
  }

  private List<String> groups(UUID rollout) {
    return instance.read(tenant, rollout).groups().stream().map(it -> it.state()).toList();
  }

  private void work() {
    instance.work();
  }

  /** When all that waits for answers looks again. */
  private void later() {
    clock.advance(Duration.ofSeconds(10));
    work();
    clock.advance(Duration.ofSeconds(1));
    work();
  }

  private static void refused(String kind, org.junit.jupiter.api.function.Executable step) {
    var refused = assertThrows(RefusedException.class, step);
    assertEquals(kind, assertInstanceOf(Refusal.Conflict.class, refused.refusal()).kind());
  }

  private static void absent(org.junit.jupiter.api.function.Executable step) {
    var refused = assertThrows(RefusedException.class, step);
    assertInstanceOf(Refusal.Absent.class, refused.refusal());
  }

  private DeviceAddress address(String id) {
    return DeviceAddress.of(tenant.value(), id);
  }

  private List<DeviceAddress> devices(int count) {
    var devices = IntStream.range(0, count).mapToObj(i -> address("d%04d".formatted(i))).toList();
    devices.forEach(registry::add);
    return devices;
  }

  private String listed(List<DeviceAddress> devices, String more) {
    return listed(devices, distribution, more);
  }

  private static String listed(List<DeviceAddress> devices, UUID what, String more) {
    var ids = devices.stream().map(it -> "'" + it.device() + "'").toList();
    return body(what, "'targets':{'devices':[" + String.join(",", ids) + "]}", more);
  }

  private String fitting(String more) {
    return fitting(distribution, more);
  }

  private static String fitting(UUID what, String more) {
    return body(what, "'targets':{'filter':'tag==lab'}", more);
  }

  private static String body(UUID what, String targets, String more) {
    return "{'name':'spring','distribution':'%s',%s%s}"
        .formatted(what, targets, more.isEmpty() ? "" : "," + more);
  }

  private static String window(String cron, String duration, String zone) {
    return "'maintenance':{'cron':'%s','duration':'%s','zone':'%s'}"
        .formatted(cron, duration, zone);
  }

  private RolloutInstance newInstance(Map<String, String> settings) {
    var made = new RolloutInstance(DATABASE, settings, clock, registry.url());
    instances.add(made);
    return made;
  }
}
