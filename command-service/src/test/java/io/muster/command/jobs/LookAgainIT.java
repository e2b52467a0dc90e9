package io.muster.command.jobs;

import static io.muster.command.jobs.JobInstance.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When continuous jobs look for devices that have come to fit. */
class LookAgainIT extends JobCourse {
  private static final int MANY = 20;
  private static final String CONTINUOUS =
      "{'command':{'name':'reboot'},'targets':{'filter':'tag==lab'},'continuous':true";

  /** As by its presence, its shadow or its firmware. */
  @Test
  void whoComesToFitWithoutAChangeAtTheRegistryIsFoundInTime() {
    var job = make("");
    instance.run();
    registry.add(DeviceAddress.of(tenant.value(), "d1"));
    clock.add(Duration.ofMinutes(5).minusMillis(1));
    instance.run();
    assertEquals(Map.of(), instance.counts(tenant, job));
    clock.add(Duration.ofMillis(1));
    instance.run();
    assertEquals(Map.of("queued", 1L), instance.counts(tenant, job));
    registry.add(DeviceAddress.of(tenant.value(), "d2"));
    clock.add(Duration.ofMinutes(5));
    instance.run();
    assertEquals(Map.of("queued", 2L), instance.counts(tenant, job));
  }

  @Test
  void aChangeAtTheRegistryDoesNotWaitForThatAndManyDoNotPutItOff() {
    var job = make("");
    instance.run();
    for (var i = 0; i < 5; i++) {
      appears("d" + i);
      clock.add(Duration.ofSeconds(1));
    }
    instance.run();
    assertEquals(Map.of("queued", 5L), instance.counts(tenant, job));
    var asked = registry.questions();
    clock.add(Duration.ofMinutes(4));
    instance.run();
    assertEquals(asked, registry.questions());
  }

  @Test
  void aSnapshotDoesNotLookAgain() {
    registry.add(DeviceAddress.of(tenant.value(), "d1"));
    var job = instance.make(tenant, CONTINUOUS.replace("true", "false") + "}");
    instance.run();
    assertEquals("running", instance.read(tenant, job).state());
    var asked = registry.questions();
    clock.add(Duration.ofHours(1));
    instance.run();
    assertEquals(asked, registry.questions());
  }

  @Test
  void onePausedIsLeftAloneUntilItGoesOn() {
    var job = make("");
    instance.run();
    get(instance.actions.pause(tenant, job, JobInstance.AUTHOR));
    appears("d1");
    clock.add(Duration.ofMinutes(10));
    assertTrue(turns() <= 1, "it is due again and again");
    var other = make("");
    instance.run();
    assertEquals(Map.of("queued", 1L), instance.counts(tenant, other));
    get(instance.actions.resume(tenant, job, JobInstance.AUTHOR));
    instance.run();
    assertEquals(Map.of("queued", 1L), instance.counts(tenant, job));
  }

  @Test
  void oneThatHasNotBegunIsLeftAloneUntilItsTime() {
    var start = T0.plus(Duration.ofHours(1));
    var job = make(",'startAt':'" + start + "'");
    instance.run();
    appears("d1");
    clock.add(Duration.ofMinutes(1));
    assertTrue(turns() <= 1, "it is due again and again");
    var view = instance.read(tenant, job);
    assertEquals("start", view.waitsFor());
    assertEquals(start, view.nextAt());
    clock.set(start);
    instance.run();
    assertEquals(Map.of("queued", 1L), instance.counts(tenant, job));
  }

  @Test
  void oneThatIsPausedWhileItIsDueStopsBeingDue() {
    var job = make("");
    instance.run();
    appears("d1");
    clock.add(Duration.ofMinutes(1));
    get(instance.actions.pause(tenant, job, JobInstance.AUTHOR));
    appears("d2");
    assertEquals(0, turns());
    get(instance.actions.resume(tenant, job, JobInstance.AUTHOR));
    instance.run();
    assertEquals(Map.of("queued", 2L), instance.counts(tenant, job));
  }

  @Test
  void afterALostLogAllAreLookedForAgain() {
    var job = make("");
    var other = new TenantId("o" + UUID.randomUUID().toString().substring(0, 12));
    var others = instance.make(other, CONTINUOUS + "}");
    instance.run();
    instance.registryTells("platform/registry/device-deleted/" + tenant + "/d9");
    registry.add(DeviceAddress.of(tenant.value(), "d1"));
    registry.add(DeviceAddress.of(other.value(), "d1"));
    instance.registrysWordIsLost();
    instance.run();
    assertEquals(Map.of("queued", 1L), instance.counts(tenant, job));
    assertEquals(Map.of("queued", 1L), instance.counts(other, others));
    // Their places are those of another log.
    assertEquals(0, DATABASE.number("SELECT count(*) FROM deleted_device"));
  }

  /** How often somebody works on a job, within reason. */
  private int turns() {
    var turns = 0;
    while (turns < MANY && get(instance.worker.workOnOne())) {
      turns++;
    }
    return turns;
  }

  private void appears(String device) {
    var address = DeviceAddress.of(tenant.value(), device);
    registry.add(address);
    instance.registryTells("platform/registry/device-created/" + address);
  }

  private UUID make(String more) {
    return instance.make(tenant, CONTINUOUS + more + "}");
  }
}
