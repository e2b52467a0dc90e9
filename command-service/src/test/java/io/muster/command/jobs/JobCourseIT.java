package io.muster.command.jobs;

import static io.muster.command.jobs.JobInstance.assertConflict;
import static io.muster.command.jobs.JobInstance.get;
import static io.muster.command.jobs.JobRequests.LAB;
import static io.muster.command.jobs.JobRequests.list;
import static io.muster.command.jobs.JobRequests.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Whom jobs reach and when, on a real database, with a registry over real HTTP and a clock to set.
 */
class JobCourseIT extends JobCourse {
  @Test
  void listedDevicesHaveTheirTurnAndTheJobIsComplete() {
    var devices = registry.addDevices(tenant, 3);
    devices.forEach(instance::connect);
    var job = instance.make(tenant, list("d0001", "nobody", "d0000", "d0002"));
    instance.run();
    assertEquals(Map.of("queued", 3L, "unknown", 1L), instance.counts(tenant, job));
    instance.answer(200, devices.get(0), devices.get(1));
    instance.answer(500, devices.get(2));
    assertEquals(
        Map.of("succeeded", 2L, "failed", 1L, "unknown", 1L), instance.counts(tenant, job));
    clock.add(Duration.ofSeconds(2));
    instance.run();
    var view = instance.read(tenant, job);
    assertEquals("completed", view.state());
    assertEquals(
        List.of("running", "completed"), view.steps().stream().map(it -> it.state()).toList());
    assertEquals(0, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM job WHERE due_at IS NOT NULL"));
  }

  @Test
  void eachDeviceGetsTheJobsPayloadInACommandOfItsOwn() {
    var device = registry.addDevices(tenant, 1).getFirst();
    instance.connect(device);
    instance.make(tenant, LAB);
    instance.run();
    var command = instance.open(device).getFirst();
    assertEquals("reboot", command.name());
    assertEquals(1, command.attempts());
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE topic = 'command/"
                + device
                + "/req/"
                + command.id()
                + "/reboot' AND convert_from(payload, 'UTF8') = '{\"delay\":5}'"));
  }

  @Test
  void tenThousandDevicesOfAFilter() {
    var devices = registry.addDevices(tenant, 10_000);
    var job = instance.make(tenant, LAB);
    instance.run();
    assertEquals(Map.of("queued", 10_000L), instance.counts(tenant, job));
    assertEquals(
        10_000, DATABASE.number("SELECT count(DISTINCT queue_key) FROM command WHERE job_key = 1"));
    assertEquals(10_000, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
    instance.answer(200, devices.getFirst());
    // It was never sent, so nobody can have done it.
    assertEquals(Map.of("queued", 10_000L), instance.counts(tenant, job));
    instance.connect(devices.getFirst());
    instance.run();
    instance.answer(200, devices.getFirst());
    assertEquals(Map.of("queued", 9_999L, "succeeded", 1L), instance.counts(tenant, job));
  }

  @Test
  void aRateIsKept() {
    registry.addDevices(tenant, 100);
    var job = instance.make(tenant, with("'rate':{'perMinute':60}"));
    instance.run();
    assertEquals(99L, instance.counts(tenant, job).get("pending"));
    assertEquals("rate", instance.read(tenant, job).waitsFor());
    for (var second = 0; second < 30; second++) {
      clock.add(Duration.ofSeconds(1));
      instance.run();
    }
    assertEquals(69L, instance.counts(tenant, job).get("pending"));
    // After an hour in which nobody looked, no more than a few seconds are made up for.
    clock.add(Duration.ofHours(1));
    instance.run();
    assertEquals(64L, instance.counts(tenant, job).get("pending"));
  }

  @Test
  void aPausedJobGivesNobodyATurnAndGoesOnWhenItIsResumed() {
    registry.addDevices(tenant, 10);
    var job = instance.make(tenant, with("'rate':{'perMinute':60}"));
    instance.run();
    get(instance.actions.pause(tenant, job, JobInstance.AUTHOR));
    clock.add(Duration.ofMinutes(10));
    instance.run();
    assertEquals("paused", instance.read(tenant, job).state());
    assertEquals(9L, instance.counts(tenant, job).get("pending"));
    assertConflict(() -> get(instance.actions.pause(tenant, job, JobInstance.AUTHOR)));
    get(instance.actions.resume(tenant, job, JobInstance.AUTHOR));
    instance.run();
    assertEquals("running", instance.read(tenant, job).state());
    assertTrue(instance.counts(tenant, job).get("pending") < 9);
    assertConflict(() -> get(instance.actions.resume(tenant, job, JobInstance.AUTHOR)));
  }

  @Test
  void aJobWaitsForItsStart() {
    registry.addDevices(tenant, 2);
    var job = instance.make(tenant, with("'startAt':'2026-01-05T11:00:00Z'"));
    instance.run();
    assertEquals("scheduled", instance.read(tenant, job).state());
    assertEquals(T0.plus(Duration.ofHours(1)), instance.read(tenant, job).nextAt());
    assertEquals(Map.of(), instance.counts(tenant, job));
    get(instance.actions.pause(tenant, job, JobInstance.AUTHOR));
    get(instance.actions.resume(tenant, job, JobInstance.AUTHOR));
    assertEquals("scheduled", instance.read(tenant, job).state());
    // Who is there at its start, not at its making.
    registry.add(DeviceAddress.of(tenant.value(), "later"));
    clock.add(Duration.ofHours(1));
    instance.run();
    assertEquals(Map.of("queued", 3L), instance.counts(tenant, job));
  }

  @Test
  void whatWasNotSentInItsWindowIsSentInTheNext() {
    var devices = registry.addDevices(tenant, 2);
    instance.connect(devices.getFirst());
    var job =
        instance.make(
            tenant,
            "{'command':{'name':'x','timeToLive':'P2D'},'targets':{'filter':'tag==lab'},"
                + "'maintenance':{'cron':'0 2 * * *','duration':'PT2H','zone':'Europe/Berlin'}}");
    instance.run();
    assertEquals(Map.of("pending", 2L), instance.counts(tenant, job));
    assertEquals("window", instance.read(tenant, job).waitsFor());
    var opens = Instant.parse("2026-01-06T01:00:00Z");
    assertEquals(opens, instance.read(tenant, job).nextAt());
    get(instance.actions.pause(tenant, job, JobInstance.AUTHOR));
    get(instance.actions.resume(tenant, job, JobInstance.AUTHOR));
    instance.run();
    assertEquals(
        Map.of("pending", 2L), instance.counts(tenant, job), "resumed outside of its window");
    clock.set(opens);
    instance.run();
    instance.answer(200, devices.getFirst());
    assertEquals(Map.of("queued", 1L, "succeeded", 1L), instance.counts(tenant, job));
    clock.set(opens.plus(Duration.ofHours(2)));
    instance.run();
    assertEquals(Map.of("expired", 1L, "succeeded", 1L), instance.counts(tenant, job));
    assertEquals("running", instance.read(tenant, job).state());
    instance.connect(devices.get(1));
    clock.add(Duration.ofHours(1));
    instance.run();
    assertEquals(List.of(), instance.open(devices.get(1)), "it came outside of the window");
    clock.set(opens.plus(Duration.ofDays(1)));
    instance.run();
    instance.answer(200, devices.get(1));
    clock.add(Duration.ofMinutes(1));
    instance.run();
    assertEquals(Map.of("succeeded", 2L), instance.counts(tenant, job));
    assertEquals("completed", instance.read(tenant, job).state());
  }

  @Test
  void whoWasInNoWindowForItsTimeToLiveIsGivenUp() {
    registry.addDevices(tenant, 1);
    var job =
        instance.make(
            tenant,
            "{'command':{'name':'x','timeToLive':'PT30H'},'targets':{'filter':'tag==lab'},"
                + "'maintenance':{'cron':'0 11 * * *','duration':'PT2H','zone':'Europe/Berlin'}}");
    instance.run();
    assertEquals(Map.of("queued", 1L), instance.counts(tenant, job));
    for (var hour = 0; hour < 60; hour++) {
      clock.add(Duration.ofHours(1));
      instance.run();
    }
    assertEquals(Map.of("expired", 1L), instance.counts(tenant, job));
    assertEquals("completed", instance.read(tenant, job).state());
  }

  @Test
  void devicesThatComeToFitLaterGetAContinuousJob() {
    registry.addDevices(tenant, 2);
    var continuous = instance.make(tenant, with("'continuous':true"));
    var snapshot = instance.make(tenant, LAB);
    instance.run();
    registry.add(DeviceAddress.of(tenant.value(), "later"));
    instance.run();
    assertEquals(Map.of("queued", 2L), instance.counts(tenant, continuous));
    instance.registryTells(
        "platform/registry/device-created/" + tenant + "/later",
        "platform/registry/group-changed/" + tenant + "/lab");
    clock.add(Duration.ofSeconds(5));
    instance.run();
    assertEquals(Map.of("queued", 3L), instance.counts(tenant, continuous));
    assertEquals(Map.of("queued", 2L), instance.counts(tenant, snapshot));
    var asked = registry.questions();
    instance.registryTells("platform/registry/device-created/another-tenant/later");
    clock.add(Duration.ofMinutes(1));
    instance.run();
    assertEquals(asked, registry.questions());
  }

  @Test
  void withTheRegistryAwayAJobWaitsForItsDevices() {
    registry.addDevices(tenant, 2);
    var job = instance.make(tenant, LAB);
    registry.away(true);
    instance.run();
    assertEquals("registry", instance.read(tenant, job).waitsFor());
    var refused = assertThrows(RefusedException.class, () -> instance.make(tenant, LAB)).refusal();
    assertInstanceOf(Refusal.Unavailable.class, refused);
    registry.away(false);
    clock.add(Duration.ofSeconds(5));
    instance.run();
    assertEquals(Map.of("queued", 2L), instance.counts(tenant, job));
  }

  @Test
  void aFilterThatTheRegistryDoesNotUnderstandMakesNoJob() {
    var body = LAB.replace("tag==lab", "tag=lab");
    var refused = assertThrows(RefusedException.class, () -> instance.make(tenant, body)).refusal();
    assertEquals(
        "/targets/filter",
        assertInstanceOf(Refusal.Meaningless.class, refused).errors().getFirst().pointer());
  }

  @Test
  void aDeviceWhoseQueueIsFullHasItsTurnWhenThereIsRoom() {
    var small = newInstance(Map.of("muster.command.limits.open-per-device", "1"));
    var devices = registry.addDevices(tenant, 2);
    devices.forEach(small::connect);
    var first = small.make(tenant, list("d0000"));
    small.run();
    var second = small.make(tenant, LAB);
    small.run();
    assertEquals(Map.of("queued", 1L, "pending", 1L), small.counts(tenant, second));
    assertEquals("room", small.read(tenant, second).waitsFor());
    small.answer(200, devices.getFirst());
    clock.add(Duration.ofSeconds(1));
    small.run();
    assertEquals(Map.of("succeeded", 1L), small.counts(tenant, first));
    assertEquals(Map.of("queued", 2L), small.counts(tenant, second));
  }

  @Test
  void aTenantHasABoundedNumberOfOpenCommands() {
    var small = newInstance(Map.of("muster.command.limits.open-per-tenant", "5"));
    var devices = registry.addDevices(tenant, 8);
    devices.forEach(small::connect);
    var job = small.make(tenant, LAB);
    small.run();
    assertEquals(Map.of("queued", 5L, "pending", 3L), small.counts(tenant, job));
    small.answer(200, devices.toArray(DeviceAddress[]::new));
    clock.add(Duration.ofSeconds(1));
    small.run();
    assertEquals(Map.of("succeeded", 5L, "queued", 3L), small.counts(tenant, job));
  }

  @Test
  void devicesThatAreDeletedHaveNoTurn() {
    registry.addDevices(tenant, 3);
    var job = instance.make(tenant, with("'rate':{'perMinute':1}"));
    instance.run();
    instance.registryTells(
        "platform/registry/device-deleted/" + tenant + "/d0000",
        "platform/registry/device-deleted/" + tenant + "/d0002");
    clock.add(Duration.ofMinutes(1));
    instance.run();
    assertEquals(
        Map.of("cancelled", 1L, "queued", 1L, "removed", 1L), instance.counts(tenant, job));
  }
}
