package io.muster.command.schedules;

import static io.muster.command.schedules.ScheduleInstance.COMMAND;
import static io.muster.command.schedules.ScheduleInstance.HOURLY;
import static io.muster.command.schedules.ScheduleInstance.JOB;
import static io.muster.command.schedules.ScheduleInstance.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Schedules that are paused, resumed and replaced, and what becomes of the times meanwhile. */
class ChangedSchedulesIT extends ScheduleCourse {
  @Test
  void whatFallsIntoAPauseDoesNotHappen() {
    var schedule = instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    instance.pause(tenant, schedule);
    assertNull(instance.read(tenant, schedule).nextAt());
    clock.set(Instant.parse("2026-01-05T11:30:00Z"));
    instance.run();
    instance.resume(tenant, schedule);
    instance.run();
    assertEquals(0, commands());
    clock.set(Instant.parse("2026-01-05T12:00:00Z"));
    instance.run();
    assertEquals(1, commands());
    assertRefused(Refusal.Conflict.class, () -> instance.resume(tenant, schedule));
  }

  @Test
  void theOnlyTimeThatFallsIntoAPauseIsMissed() {
    var schedule = instance.make(tenant, "{" + COMMAND + ",'at':'2026-01-05T11:00:00Z'}");
    instance.pause(tenant, schedule);
    clock.set(Instant.parse("2026-01-05T11:00:01Z"));
    instance.resume(tenant, schedule);
    instance.run();
    assertEquals(0, commands());
    assertEquals("finished", instance.read(tenant, schedule).state());
    assertEquals(List.of("2026-01-05T11:00:00Z missed"), noted(instance, schedule));
    assertEquals("paused", instance.firings(tenant, schedule).getFirst().reason());
    assertRefused(Refusal.Conflict.class, () -> instance.pause(tenant, schedule));
  }

  @Test
  void pausedWhileItIsTakenItDoesNotFire() {
    var schedule = instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    clock.set(Instant.parse("2026-01-05T11:00:00Z"));
    var taken = instance.claim(clock, MINUTE);
    instance.pause(tenant, schedule);
    ScheduleInstance.get(instance.firings.fire(taken));
    assertEquals(0, commands());
    assertEquals("paused", instance.read(tenant, schedule).state());
  }

  @Test
  void aReplacedOneSendsSomethingElseAtOtherTimes() {
    var schedule = instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    var other = "{'device':'d1','command':{'name':'stop'},'at':'2026-01-05T10:30:00Z'}";
    var failure =
        assertThrows(
            RefusedException.class, () -> instance.replace(tenant, schedule, other, "\"7\""));
    assertEquals(new Refusal.VersionMismatch(1), failure.refusal());
    assertRefused(
        Refusal.VersionRequired.class, () -> instance.replace(tenant, schedule, other, null));
    instance.replace(tenant, schedule, other, "\"1\"");
    assertEquals(2, instance.read(tenant, schedule).version());
    everyMinute(90);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM command WHERE name = 'stop'"));
    assertEquals(1, commands());
    assertEquals("finished", instance.read(tenant, schedule).state());
    // It is finished, and begins again.
    instance.replace(tenant, schedule, "{" + JOB + "," + HOURLY + "}", "\"2\"");
    assertEquals("active", instance.read(tenant, schedule).state());
    everyMinute(60);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM job"));
  }

  @Test
  void aFiringIsNoOtherVersion() {
    var schedule = instance.make(tenant, "{" + COMMAND + "," + HOURLY + "}");
    everyMinute(61);
    assertEquals(1, commands());
    assertEquals(1, instance.read(tenant, schedule).version());
  }
}
