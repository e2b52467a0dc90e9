package io.muster.command.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.CommandDatabase;
import io.muster.command.Neighbour;
import io.muster.command.SettableClock;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Devices that are deleted after the registry has named them and before a job has them. */
class DeletedDevicesIT {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final AtomicBoolean deletes = new AtomicBoolean();
  private SettableClock clock;
  private Neighbour registry;
  private TenantId tenant;
  private JobInstance instance;

  @BeforeEach
  void start() throws IOException {
    clock = new SettableClock(T0);
    registry = new Neighbour();
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    instance = new JobInstance(DATABASE, Map.of(), clock, registry.url());
    for (var id : List.of("d1", "d2", "d3")) {
      registry.add(DeviceAddress.of(tenant.value(), id));
    }
    registry.filter("tag==lab", id -> true);
    // Told while the answer that names it is on its way.
    registry.whenAsked(
        () -> {
          if (deletes.compareAndSet(true, false)) {
            instance.registryTells("platform/registry/device-deleted/" + tenant + "/d2");
          }
        });
  }

  @AfterEach
  void stop() {
    instance.close();
    registry.close();
  }

  @Test
  void whoFitsNoMoreGetsNothing() {
    var job = make("{'filter':'tag==lab'}", false);
    deletes.set(true);
    instance.run();
    assertEquals(Map.of("queued", 2L), instance.counts(tenant, job));
    assertEquals(0, queuesOfTheDeleted());
  }

  @Test
  void whoIsThereAgainGetsIt() {
    var job = make("{'filter':'tag==lab'}", true);
    deletes.set(true);
    instance.run();
    assertEquals(Map.of("queued", 2L), instance.counts(tenant, job));
    instance.registryTells("platform/registry/device-created/" + tenant + "/d2");
    clock.add(Duration.ofMinutes(1));
    instance.run();
    assertEquals(Map.of("queued", 3L), instance.counts(tenant, job));
  }

  @Test
  void whoIsListedIsUnknown() {
    var job = make("{'devices':['d1','d2','d3']}", false);
    deletes.set(true);
    instance.run();
    assertEquals(Map.of("queued", 2L, "unknown", 1L), instance.counts(tenant, job));
    assertEquals(0, queuesOfTheDeleted());
  }

  @Test
  void whoWasDeletedBeforeAndIsThereAgainGetsIt() {
    instance.registryTells("platform/registry/device-deleted/" + tenant + "/d2");
    var job = make("{'devices':['d1','d2','d3']}", false);
    instance.run();
    assertEquals(Map.of("queued", 3L), instance.counts(tenant, job));
  }

  @Test
  void whatIsKnownOfADevicesAwsJobsGoesWithIt() {
    make("{'devices':['d2']}", false);
    instance.run();
    DATABASE.run("INSERT INTO aws_device (queue_key) SELECT key FROM device_queue");
    instance.registryTells("platform/registry/device-deleted/" + tenant + "/d2");
    assertEquals(0, DATABASE.number("SELECT count(*) FROM aws_device"));
  }

  private long queuesOfTheDeleted() {
    return DATABASE.number("SELECT count(*) FROM device_queue WHERE device = 'd2' AND known");
  }

  private UUID make(String targets, boolean continuous) {
    return instance.make(
        tenant,
        "{'command':{'name':'reboot'},'targets':%s,'continuous':%s}"
            .formatted(targets, continuous));
  }
}
