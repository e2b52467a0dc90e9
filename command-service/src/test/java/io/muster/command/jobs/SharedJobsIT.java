package io.muster.command.jobs;

import static io.muster.command.jobs.JobInstance.assertConflict;
import static io.muster.command.jobs.JobInstance.get;
import static io.muster.command.jobs.JobRequests.LAB;
import static io.muster.command.jobs.JobRequests.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.TenantId;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Jobs that several instances work on, and several clients ask for. */
class SharedJobsIT extends JobCourse {
  @Test
  void anotherInstanceGoesOnWhereADeadOneWas() {
    registry.addDevices(tenant, 2_500);
    var job = instance.make(tenant, LAB);
    // One page of devices, then it dies in the midst of the next.
    get(instance.worker.workOnOne());
    claim();
    var other = newInstance(Map.of());
    other.run();
    assertEquals(1_000, total(other, job), "nobody else works on it meanwhile");
    var asked = registry.questions();
    clock.add(Duration.ofSeconds(30));
    other.run();
    assertEquals(Map.of("queued", 2_500L), other.counts(tenant, job));
    assertEquals(asked + 2, registry.questions(), "it goes on, and does not begin again");
  }

  @Test
  void manyAtOnceGiveEachDeviceOneTurn() throws Exception {
    registry.addDevices(tenant, 3_000);
    var job = instance.make(tenant, LAB);
    var second = newInstance(Map.of());
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> working = new ArrayList<>();
      for (var i = 0; i < 8; i++) {
        var one = i % 2 == 0 ? instance : second;
        working.add(threads.submit(one::run));
      }
      for (var each : working) {
        each.get();
      }
    }
    instance.run();
    assertEquals(Map.of("queued", 3_000L), instance.counts(tenant, job));
    assertEquals(3_000, DATABASE.number("SELECT count(*) FROM command"));
    assertEquals(3_000, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
  }

  @Test
  void oneThatCannotBeReadHoldsUpNobody() {
    registry.addDevices(tenant, 1);
    instance.make(
        tenant,
        "{'command':{'name':'x'},'targets':{'filter':'tag==lab'},"
            + "'maintenance':{'cron':'0 2 * * *','duration':'PT2H','zone':'Europe/Berlin'}}");
    DATABASE.run(
        "UPDATE job SET plan = jsonb_set(plan, '{maintenance,zone}', '\"Atlantis/Nowhere\"')");
    var other = instance.make(tenant, LAB);
    instance.run();
    assertEquals(Map.of("queued", 1L), instance.counts(tenant, other));
  }

  @Test
  void fiftyClientsWithOneKeyMakeOneJob() throws Exception {
    var key = Optional.of(new IdempotencyKey("k1"));
    Set<UUID> made = new HashSet<>();
    try (var clients = Executors.newFixedThreadPool(50)) {
      List<Future<UUID>> answers = new ArrayList<>();
      for (var i = 0; i < 50; i++) {
        answers.add(clients.submit(() -> instance.make(tenant, LAB, key)));
      }
      for (var answer : answers) {
        made.add(answer.get());
      }
    }
    assertEquals(1, made.size());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM job"));
    assertConflict(() -> instance.make(tenant, with("'continuous':true"), key));
    clock.add(Duration.ofDays(2));
    assertNotEquals(made.iterator().next(), instance.make(tenant, LAB, key));
  }

  @Test
  void aTenantHasABoundedNumberOfOpenJobs() {
    var small = newInstance(Map.of("muster.command.jobs.open-per-tenant", "2"));
    var first = small.make(tenant, LAB);
    small.make(tenant, LAB);
    var refused = assertThrows(RefusedException.class, () -> small.make(tenant, LAB)).refusal();
    assertEquals(new Refusal.LimitReached("open jobs of the tenant", 2), refused);
    small.make(new TenantId("another-tenant"), LAB);
    get(small.actions.cancel(tenant, first, false, JobInstance.AUTHOR));
    small.make(tenant, LAB);
  }

  @Test
  void anotherTenantsJobIsNotThere() {
    var job = instance.make(tenant, LAB);
    var other = new TenantId("another-tenant");
    for (var attempt :
        List.<Runnable>of(
            () -> instance.read(other, job),
            () -> instance.devices(other, job),
            () -> get(instance.actions.pause(other, job, JobInstance.AUTHOR)),
            () -> get(instance.actions.cancel(other, job, true, JobInstance.AUTHOR)),
            () -> get(instance.actions.retry(other, job, List.of("failed"), JobInstance.AUTHOR)))) {
      var refused = assertThrows(RefusedException.class, attempt::run).refusal();
      assertInstanceOf(Refusal.Absent.class, refused);
    }
    assertEquals("running", instance.read(tenant, job).state());
  }

  @Test
  void itsDevicesAreListedPageByPageAndByState() {
    var devices = registry.addDevices(tenant, 5);
    devices.subList(0, 2).forEach(instance::connect);
    var job = instance.make(tenant, LAB);
    instance.run();
    instance.answer(200, devices.get(0), devices.get(1));
    var reader = instance.reader;
    var first = get(reader.devices(tenant, job, null, Cursor.read(null), 3));
    assertEquals(
        List.of("d0000", "d0001", "d0002"),
        first.items().stream().map(it -> it.device().value()).toList());
    var rest = get(reader.devices(tenant, job, null, Cursor.read(first.next()), 3));
    assertEquals(2, rest.items().size());
    assertNull(rest.next());
    var done = get(reader.devices(tenant, job, "succeeded", Cursor.read(null), 3));
    assertEquals(2, done.items().size());
    var jobs = get(reader.list(tenant, Optional.of(JobState.RUNNING), Cursor.read(null), 3));
    assertEquals(List.of(job), jobs.items().stream().map(JobView::id).toList());
    assertNull(jobs.items().getFirst().counts());
  }

  /** As an instance that takes a job and is killed. */
  private void claim() {
    DATABASE.run(
        "UPDATE job SET due_at = '"
            + clock.instant().plusSeconds(30)
            + "' WHERE due_at IS NOT NULL");
  }

  private long total(JobInstance one, UUID job) {
    return one.counts(tenant, job).values().stream().mapToLong(Long::longValue).sum();
  }
}
