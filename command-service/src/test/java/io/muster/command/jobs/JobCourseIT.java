package io.muster.command.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.CommandDatabase;
import io.muster.command.Neighbour;
import io.muster.command.SettableClock;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The course of jobs on a real database, with a registry over real HTTP and a clock to set. */
class JobCourseIT {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final String LAB =
      "{'command':{'name':'reboot','payload':{'delay':5}},'targets':{'filter':'tag==lab'}}";

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<JobInstance> instances = new ArrayList<>();
  private SettableClock clock;
  private Neighbour registry;
  private TenantId tenant;
  private JobInstance instance;

  @BeforeEach
  void start() throws IOException {
    clock = new SettableClock(T0);
    registry = new Neighbour();
    registry.filter("tag==lab", id -> true);
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    instance = newInstance(Map.of());
  }

  @AfterEach
  void stop() {
    instances.forEach(JobInstance::close);
    registry.close();
  }

  @Test
  void listedDevicesHaveTheirTurnAndTheJobIsComplete() {
    var devices = devices(3);
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
    var device = devices(1).getFirst();
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
    var devices = devices(10_000);
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
    devices(100);
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
    devices(10);
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
    devices(2);
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
    var devices = devices(2);
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
    devices(1);
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
  void aJobIsAbortedWhenTooManyFail() {
    var devices = devices(2_000);
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
  void aCancelledJobCallsOffWhatWasNotSentAndOnRequestTheRest() {
    var devices = devices(4);
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
    var devices = devices(3);
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
    var devices = devices(3);
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
  void devicesThatComeToFitLaterGetAContinuousJob() {
    devices(2);
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
    devices(2);
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
  void oneThatCannotBeReadHoldsUpNobody() {
    devices(1);
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
  void anotherInstanceGoesOnWhereADeadOneWas() {
    devices(2_500);
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
    devices(3_000);
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
  void aDeviceWhoseQueueIsFullHasItsTurnWhenThereIsRoom() {
    var small = newInstance(Map.of("muster.command.limits.open-per-device", "1"));
    var devices = devices(2);
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
    var devices = devices(8);
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
    devices(3);
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

  @Test
  void aJobWithTooManyDevicesIsAborted() {
    devices(5);
    var small = newInstance(Map.of("muster.command.jobs.devices", "3"));
    var job = small.make(tenant, LAB);
    small.run();
    assertEquals("aborted", small.read(tenant, job).state());
    assertEquals("too-many-devices", small.read(tenant, job).reason());
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
  void aJobThatEndedLongAgoIsForgottenWithItsCommands() {
    var devices = devices(2);
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

  @Test
  void itsDevicesAreListedPageByPageAndByState() {
    var devices = devices(5);
    devices.subList(0, 2).forEach(instance::connect);
    var job = instance.make(tenant, LAB);
    instance.run();
    instance.answer(200, devices.get(0), devices.get(1));
    var reader = instance.reader;
    var first = get(reader.devices(tenant, job, null, cursor(null), 3));
    assertEquals(
        List.of("d0000", "d0001", "d0002"),
        first.items().stream().map(it -> it.device().value()).toList());
    var rest = get(reader.devices(tenant, job, null, cursor(first.next()), 3));
    assertEquals(2, rest.items().size());
    assertNull(rest.next());
    var done = get(reader.devices(tenant, job, "succeeded", cursor(null), 3));
    assertEquals(2, done.items().size());
    var jobs = get(reader.list(tenant, Optional.of(JobState.RUNNING), cursor(null), 3));
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

  private JobInstance newInstance(Map<String, String> settings) {
    var made = new JobInstance(DATABASE, settings, clock, registry.url());
    instances.add(made);
    return made;
  }

  private List<DeviceAddress> devices(int count) {
    var devices =
        IntStream.range(0, count)
            .mapToObj(i -> DeviceAddress.of(tenant.value(), "d%04d".formatted(i)))
            .toList();
    devices.forEach(registry::add);
    return devices;
  }

  private static String with(String member) {
    return LAB.substring(0, LAB.length() - 1) + "," + member + "}";
  }

  private static String list(String... devices) {
    return "{'command':{'name':'reboot'},'targets':{'devices':['"
        + String.join("','", devices)
        + "']}}";
  }

  private static io.muster.rest.paging.Cursor cursor(String text) {
    return io.muster.rest.paging.Cursor.read(text);
  }

  private static void assertConflict(Runnable attempt) {
    var refused = assertThrows(RefusedException.class, attempt::run).refusal();
    assertInstanceOf(Refusal.Conflict.class, refused);
  }

  private static <T> T get(io.smallrye.mutiny.Uni<T> answer) {
    return JobInstance.get(answer);
  }
}
