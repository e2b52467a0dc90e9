package io.muster.command.jobs;

import static io.muster.command.jobs.JobInstance.get;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of jobs that ended long ago. */
class JobRemainsIT extends JobCourse {
  @Test
  void oneWithACommandThatGoesOnHoldsUpNoOther() {
    var busy = device("d1");
    var done = device("d2");
    var first = make("d1");
    instance.run();
    instance.connect(busy);
    instance.run();
    get(instance.actions.cancel(tenant, first, false, JobInstance.AUTHOR));
    clock.add(Duration.ofSeconds(1));
    var second = make("d2");
    instance.run();
    instance.connect(done);
    instance.run();
    instance.answer(200, done);
    clock.add(Duration.ofSeconds(2));
    instance.run();
    assertEquals("completed", instance.read(tenant, second).state());
    clock.add(Duration.ofDays(31));
    forget();
    assertEquals(1, DATABASE.number("SELECT count(*) FROM job"));
    assertEquals(1, instance.commands(tenant, first).size());
    // What it waited for has ended by the time alone.
    instance.run();
    forget();
    for (var table : List.of("job", "job_target", "command")) {
      assertEquals(0, DATABASE.number("SELECT count(*) FROM " + table), table);
    }
  }

  @Test
  void oneThatIsForgottenInPartsIsReadAllTheSame() {
    for (var i = 0; i < 1_500; i++) {
      device("d%04d".formatted(i));
    }
    registry.filter("tag==lab", id -> true);
    var job =
        instance.make(tenant, "{'command':{'name':'reboot'},'targets':{'filter':'tag==lab'}}");
    instance.run();
    get(instance.actions.cancel(tenant, job, true, JobInstance.AUTHOR));
    instance.run();
    assertEquals(Map.of("cancelled", 1_500L), instance.counts(tenant, job));
    clock.add(Duration.ofDays(31));
    get(instance.remains.forgetSome());
    assertEquals(Map.of("cancelled", 500L), instance.counts(tenant, job));
    assertEquals(500, instance.devices(tenant, job).size());
    get(instance.remains.forgetSome());
    assertEquals(Map.of(), instance.counts(tenant, job));
    assertEquals(500, DATABASE.number("SELECT count(*) FROM command"));
    get(instance.remains.forgetSome());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM job"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM command"));
  }

  private void forget() {
    for (var i = 0; i < 3; i++) {
      get(instance.remains.forgetSome());
    }
  }

  private DeviceAddress device(String name) {
    var device = DeviceAddress.of(tenant.value(), name);
    registry.add(device);
    return device;
  }

  private UUID make(String device) {
    return instance.make(
        tenant,
        "{'command':{'name':'reboot','timeToLive':'P30D'},'targets':{'devices':['"
            + device
            + "']}}");
  }
}
