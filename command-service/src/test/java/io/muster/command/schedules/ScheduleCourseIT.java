package io.muster.command.schedules;

import static io.muster.command.schedules.ScheduleInstance.COMMAND;
import static io.muster.command.schedules.ScheduleInstance.HOURLY;
import static io.muster.command.schedules.ScheduleInstance.JOB;
import static io.muster.command.schedules.ScheduleInstance.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.contract.id.DeviceAddress;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The course of schedules on a real database, with a registry over real HTTP, a clock to set. */
class ScheduleCourseIT extends ScheduleCourse {
  @Test
  void aCommandIsSentOnceAtItsTime() {
    var schedule = instance.make(tenant, "{" + COMMAND + ",'at':'2026-01-05T11:00:00Z'}");
    instance.run();
    assertEquals(0, commands());
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    instance.run();
    instance.run();
    assertEquals(1, commands());
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM command WHERE created_by = 'pat' AND name = 'reboot'"
                + " AND convert_from(payload, 'UTF8') = '{\"delay\":5.5}'"));
    var view = instance.read(tenant, schedule);
    assertEquals("finished", view.state());
    assertNull(view.nextAt());
    assertEquals("fired", view.last().outcome());
    assertEquals(Instant.parse("2026-01-05T11:00:00Z"), view.last().dueAt());
    assertEquals(
        1,
        DATABASE.number("SELECT count(*) FROM command WHERE id = '" + view.last().command() + "'"));
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM audit WHERE action = 'schedule-fired' AND actor = 'pat'"
                + " AND subject = 'schedules/"
                + schedule
                + "'"));
    assertEquals(1, instance.firings("fired"));
  }

  @Test
  void aJobBeginsAgainAndAgainUntilItsEnd() {
    var schedule =
        instance.make(tenant, "{" + JOB + "," + HOURLY + ",'until':'2026-01-05T12:30:00Z'}");
    assertEquals(Instant.parse("2026-01-05T11:00:00Z"), instance.read(tenant, schedule).nextAt());
    everyMinute(180);
    assertEquals(2, DATABASE.number("SELECT count(*) FROM job WHERE state = 'running'"));
    var firings = instance.firings(tenant, schedule);
    assertEquals(
        List.of(Instant.parse("2026-01-05T12:00:00Z"), Instant.parse("2026-01-05T11:00:00Z")),
        firings.stream().map(FiringView::dueAt).toList());
    assertNotEquals(firings.getFirst().job(), firings.getLast().job());
    assertEquals("finished", instance.read(tenant, schedule).state());
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-28T12:00:00Z, 2026-03-29T01:00:00Z, 2026-03-30T00:30:00Z",
    "2026-10-24T12:00:00Z, 2026-10-25T00:30:00Z, 2026-10-26T01:30:00Z"
  })
  void itFiresByTheWallClockThroughBothChanges(Instant from, String first, String second) {
    clock.set(from);
    var schedule =
        instance.make(tenant, "{" + COMMAND + ",'cron':'30 2 * * *','zone':'Europe/Berlin'}");
    while (clock.instant().isBefore(from.plus(Duration.ofDays(2)))) {
      clock.add(Duration.ofMinutes(10));
      instance.run();
    }
    assertEquals(
        List.of(second, first),
        instance.firings(tenant, schedule).stream().map(it -> it.dueAt().toString()).toList());
    assertEquals(2, commands());
  }

  @Test
  void afterARestartTheLastOfThoseThatWereMissedIsMadeUpFor() {
    var schedule = instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    instance.close();
    clock.set(Instant.parse("2026-01-06T07:30:00Z"));
    var restarted = newInstance(Map.of());
    restarted.run();
    assertEquals(1, commands());
    assertEquals(
        List.of("2026-01-06T07:00:00Z fired", "2026-01-05T11:00:00Z missed"),
        noted(restarted, schedule));
    assertEquals(Instant.parse("2026-01-06T08:00:00Z"), restarted.read(tenant, schedule).nextAt());
    assertEquals(1, restarted.firings("missed"));
  }

  @Test
  void whatIsTooLateIsNotMadeUpFor() {
    var schedule =
        instance.make(
            tenant, "{" + COMMAND + ",'at':'2026-01-05T11:00:00Z','catchUpWithin':'PT5M'}");
    clock.set(Instant.parse("2026-01-05T11:05:01Z"));
    instance.run();
    assertEquals(0, commands());
    assertEquals(List.of("2026-01-05T11:00:00Z missed"), noted(instance, schedule));
    assertEquals("finished", instance.read(tenant, schedule).state());
  }

  @Test
  void ofTwentyInstancesOneFires() throws Exception {
    for (var i = 0; i < 10; i++) {
      instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    }
    var two = newInstance(Map.of());
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    try (var threads = Executors.newFixedThreadPool(20)) {
      List<Future<?>> all = new ArrayList<>();
      for (var i = 0; i < 20; i++) {
        var one = i % 2 == 0 ? instance : two;
        all.add(threads.submit(one::run));
      }
      for (var one : all) {
        one.get();
      }
    }
    assertEquals(10, commands());
    assertEquals(10, DATABASE.number("SELECT count(*) FROM schedule_firing"));
  }

  @Test
  void anInstanceThatDiesBeforeItHasFiredIsStoodInForOnce() {
    var schedule = instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    var lease = Duration.ofSeconds(10);
    var taken = instance.claim(clock, lease);
    var other = newInstance(Map.of());
    other.run();
    assertEquals(0, commands());
    clock.add(lease);
    other.run();
    assertEquals(1, commands());
    // It was only slow, and goes on with what it had taken.
    ScheduleInstance.get(instance.firings.fire(taken));
    assertEquals(1, commands());
    assertEquals(List.of("2026-01-05T11:00:00Z fired"), noted(other, schedule));
  }

  /** Its transaction is cut short after the command was written: as if it were killed there. */
  @Test
  void whatIsCutShortBeforeItsCommitHasNoEffectAndIsDoneAgain() {
    instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    DATABASE.run(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RAISE EXCEPTION SQLSTATE ''53200''; END'");
    DATABASE.run(
        "CREATE TRIGGER dies BEFORE UPDATE OF finished_at ON schedule FOR EACH ROW"
            + " EXECUTE FUNCTION die()");
    instance.run();
    assertEquals(0, commands());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM schedule_firing"));
    DATABASE.run("DROP TRIGGER dies ON schedule");
    instance.run();
    assertEquals(0, commands());
    clock.add(Duration.ofSeconds(10));
    instance.run();
    assertEquals(1, commands());
  }

  @Test
  void oneThatCannotBeReadHoldsUpNobody() {
    instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    DATABASE.run("UPDATE schedule SET zone = 'Atlantis/Nowhere'");
    instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    instance.run();
    assertEquals(1, commands());
  }

  @Test
  void aTimeThatWasNotedIsNotFiredAgain() {
    instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    instance.run();
    // As after a clock that was put back.
    DATABASE.run(
        "UPDATE schedule SET next_at = '2026-01-05T11:00:00Z', due_at = '2026-01-05T11:00:00Z'");
    instance.run();
    assertEquals(1, commands());
  }

  @Test
  void withTheRegistryAwayItIsTriedAgainWithinTheBound() {
    // The command's device is known; a job's devices are asked for.
    var schedule = instance.make(tenant, "{" + JOB + "," + HOURLY + ",'catchUpWithin':'PT5M'}");
    registry.away(true);
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    instance.run();
    assertEquals("registry-away", instance.read(tenant, schedule).trouble());
    assertEquals(0, instance.firings(tenant, schedule).size());
    registry.away(false);
    clock.add(Duration.ofSeconds(10));
    instance.run();
    assertEquals(1, DATABASE.number("SELECT count(*) FROM job"));
    assertNull(instance.read(tenant, schedule).trouble());
    registry.away(true);
    clock.set(Instant.parse("2026-01-05T12:00:00Z"));
    instance.run();
    clock.set(Instant.parse("2026-01-05T12:05:01Z"));
    instance.run();
    assertEquals(
        List.of("2026-01-05T12:00:00Z failed", "2026-01-05T11:00:00Z fired"),
        noted(instance, schedule));
    assertEquals("registry-away", instance.firings(tenant, schedule).getFirst().reason());
    assertEquals("active", instance.read(tenant, schedule).state());
  }

  @Test
  void aFullQueueIsTriedAgain() {
    var full = newInstance(Map.of("muster.command.limits.open-per-device", "1"));
    var schedule = full.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    full.run();
    clock.set(Instant.parse("2026-01-05T12:00:00Z"));
    full.run();
    assertEquals(1, commands());
    assertEquals("limit-reached", full.read(tenant, schedule).trouble());
    DATABASE.run("UPDATE command SET state = 'succeeded', finished_at = now()");
    DATABASE.run("UPDATE device_queue SET open_commands = 0");
    clock.add(Duration.ofSeconds(10));
    full.run();
    assertEquals(2, commands());
  }

  @Test
  void aDeviceThatIsGoneIsNotedAndTheScheduleGoesOn() {
    var schedule = instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    registry.remove(DeviceAddress.of(tenant.value(), "d1"));
    DATABASE.run("UPDATE device_queue SET known = false, deleted = true");
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    instance.run();
    assertEquals(List.of("2026-01-05T11:00:00Z failed"), noted(instance, schedule));
    assertEquals("no-device", instance.firings(tenant, schedule).getFirst().reason());
    registry.add(DeviceAddress.of(tenant.value(), "d1"));
    clock.set(Instant.parse("2026-01-05T12:00:00Z"));
    instance.run();
    assertEquals(1, commands());
  }

  @Test
  void aTenantHasABoundedNumberOfSchedules() {
    var bounded = newInstance(Map.of("muster.command.schedules.open-per-tenant", "2"));
    var first = bounded.make(tenant, "{" + COMMAND + ",'at':'2026-01-05T10:30:00Z'}");
    bounded.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    assertRefused(
        Refusal.LimitReached.class, () -> bounded.make(tenant, "{" + COMMAND + "," + HOURLY + "}"));
    clock.set(Instant.parse("2026-01-05T10:30:00Z"));
    bounded.run();
    bounded.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    // The finished one does not begin again while there is no room.
    assertRefused(
        Refusal.LimitReached.class,
        () -> bounded.replace(tenant, first, "{" + COMMAND + "," + HOURLY + "}", "*"));
  }

  @Test
  void aRepeatedRequestMakesNothingTwice() {
    var key = Optional.of(new IdempotencyKey("k1"));
    var json = "{" + COMMAND + "," + HOURLY + "}";
    var first = instance.make(tenant, json, key);
    assertEquals(first, instance.make(tenant, json, key));
    assertRefused(
        Refusal.Conflict.class, () -> instance.make(tenant, "{" + JOB + "," + HOURLY + "}", key));
    clock.add(Duration.ofDays(1).plusSeconds(1));
    assertNotEquals(first, instance.make(tenant, json, key));
  }

  @Test
  void whatCannotBeKnownIsRefused() {
    assertRefused(
        Refusal.Absent.class,
        () -> instance.make(tenant, "{'device':'nobody','command':{'name':'x'}," + HOURLY + "}"));
    assertRefused(
        Refusal.Meaningless.class,
        () ->
            instance.make(
                tenant,
                "{'job':{'command':{'name':'x'},'targets':{'filter':'nonsense'}}," + HOURLY + "}"));
    registry.away(true);
    assertRefused(
        Refusal.Unavailable.class, () -> instance.make(tenant, "{" + JOB + "," + HOURLY + "}"));
  }

  @Test
  void someFiringsAreKeptAndFinishedSchedulesForgotten() {
    var few =
        newInstance(
            Map.of(
                "muster.command.schedules.firings-kept", "3",
                "muster.command.schedules.keep-for", "1D"));
    var schedule =
        few.make(tenant, "{" + COMMAND + "," + HOURLY + ",'until':'2026-01-05T16:00:00Z'}");
    for (var hour = 1; hour <= 6; hour++) {
      clock.set(T0.plus(Duration.ofHours(hour)));
      few.run();
    }
    assertEquals(6, commands());
    assertEquals(3, few.firings(tenant, schedule).size());
    clock.add(Duration.ofHours(24));
    assertEquals(0, ScheduleInstance.get(few.worker.forget()));
    clock.add(MINUTE);
    assertEquals(1, ScheduleInstance.get(few.worker.forget()));
    assertRefused(Refusal.Absent.class, () -> few.read(tenant, schedule));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM schedule_firing"));
  }
}
