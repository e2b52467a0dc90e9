package io.muster.command.jobs;

import static io.muster.command.jobs.JobInstance.assertConflict;
import static io.muster.command.jobs.JobInstance.get;
import static io.muster.command.jobs.JobRequests.LAB;
import static io.muster.command.jobs.JobRequests.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How jobs end before each device has done what it was told, and how they go on. */
class JobEndsIT extends JobCourse {
  @Test
  void aJobIsAbortedWhenTooManyFail() {
    var devices = registry.addDevices(tenant, 2_000);
    devices.subList(0, 4).forEach(instance::connect);
    var job =
        instance.make(
            tenant, with("'abort':{'failureShare':0.5,'minimum':4},'rate':{'perMinute':6000}"));
    for (var i = 0; i < 4; i++) {
      instance.run();
      clock.add(Duration.ofSeconds(1));
    }
    instance.answer(200, devices.get(0), devices.get(1));
    instance.answer(500, devices.get(2));
    instance.run();
    assertEquals("running", instance.read(tenant, job).state());
    clock.add(Duration.ofSeconds(5));
    instance.answer(400, devices.get(3));
    instance.run();
    var view = instance.read(tenant, job);
    assertEquals("aborted", view.state());
    assertEquals("failures", view.reason());
    assertEquals(
        Map.of("succeeded", 2L, "failed", 1L, "rejected", 1L, "cancelled", 1_996L), view.counts());
    assertEquals(0, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM job WHERE due_at IS NOT NULL"));
  }

  @Test
  void aJobWithTooManyDevicesIsAborted() {
    registry.addDevices(tenant, 5);
    var small = newInstance(Map.of("muster.command.jobs.devices", "3"));
    var job = small.make(tenant, LAB);
    small.run();
    assertEquals("aborted", small.read(tenant, job).state());
    assertEquals("too-many-devices", small.read(tenant, job).reason());
  }

  @Test
  void aCancelledJobCallsOffWhatWasNotSentAndOnRequestTheRest() {
    var devices = registry.addDevices(tenant, 4);
    devices.subList(0, 2).forEach(instance::connect);
    var job = instance.make(tenant, LAB);
    instance.run();
    instance.answer(200, devices.getFirst());
    get(instance.actions.cancel(tenant, job, false, JobInstance.AUTHOR));
    instance.run();
    assertEquals(
        Map.of("succeeded", 1L, "queued", 1L, "cancelled", 2L), instance.counts(tenant, job));
    assertConflict(() -> get(instance.actions.cancel(tenant, job, false, JobInstance.AUTHOR)));
    get(instance.actions.cancel(tenant, job, true, JobInstance.AUTHOR));
    instance.run();
    assertEquals(Map.of("succeeded", 1L, "cancelled", 3L), instance.counts(tenant, job));
    assertConflict(
        () -> get(instance.actions.retry(tenant, job, List.of("failed"), JobInstance.AUTHOR)));
  }

  @Test
  void failedDevicesHaveAnotherTurn() {
    var devices = registry.addDevices(tenant, 3);
    devices.forEach(instance::connect);
    var job = instance.make(tenant, LAB);
    instance.run();
    instance.answer(200, devices.get(0));
    instance.answer(500, devices.get(1), devices.get(2));
    clock.add(Duration.ofSeconds(2));
    instance.run();
    assertEquals("completed", instance.read(tenant, job).state());
    var before = instance.commands(tenant, job);
    get(instance.actions.retry(tenant, job, List.of("failed"), JobInstance.AUTHOR));
    instance.run();
    assertEquals(Map.of("succeeded", 1L, "queued", 2L), instance.counts(tenant, job));
    var after = instance.commands(tenant, job);
    after.removeAll(before);
    assertEquals(2, after.size(), "commands of their own");
    instance.answer(200, devices.get(1), devices.get(2));
    clock.add(Duration.ofSeconds(2));
    instance.run();
    assertEquals(Map.of("succeeded", 3L), instance.counts(tenant, job));
    assertEquals("completed", instance.read(tenant, job).state());
    get(instance.actions.retry(tenant, job, List.of("failed"), JobInstance.AUTHOR));
    assertEquals("completed", instance.read(tenant, job).state(), "nobody to be tried again");
  }

  @Test
  void anAbortedJobGoesOnWithThoseThatHadNoTurn() {
    var devices = registry.addDevices(tenant, 3);
    devices.forEach(instance::connect);
    var job =
        instance.make(
            tenant, with("'abort':{'failureShare':0.5,'minimum':1},'rate':{'perMinute':60}"));
    instance.run();
    instance.answer(500, devices.getFirst());
    clock.add(Duration.ofSeconds(1));
    instance.run();
    assertEquals(Map.of("failed", 1L, "cancelled", 2L), instance.counts(tenant, job));
    get(instance.actions.retry(tenant, job, List.of("failed", "cancelled"), JobInstance.AUTHOR));
    for (var i = 0; i < 5; i++) {
      instance.run();
      instance.answer(200, devices.toArray(DeviceAddress[]::new));
      clock.add(Duration.ofSeconds(1));
    }
    instance.run();
    assertEquals(Map.of("succeeded", 3L), instance.counts(tenant, job));
  }

  @Test
  void aJobThatEndedLongAgoIsForgottenWithItsCommands() {
    var devices = registry.addDevices(tenant, 2);
    devices.forEach(instance::connect);
    var job = instance.make(tenant, LAB);
    instance.run();
    instance.answer(200, devices.toArray(DeviceAddress[]::new));
    clock.add(Duration.ofSeconds(2));
    instance.run();
    clock.add(Duration.ofDays(29));
    get(instance.remains.forgetSome());
    assertEquals(2L, instance.counts(tenant, job).get("succeeded"));
    clock.add(Duration.ofDays(2));
    get(instance.remains.forgetSome());
    for (var table : List.of("job", "job_target", "command")) {
      assertEquals(0, DATABASE.number("SELECT count(*) FROM " + table), table);
    }
    assertFalse(DATABASE.number("SELECT count(*) FROM device_queue") == 0);
  }
}
