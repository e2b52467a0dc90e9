package io.muster.command.jobs;

import static io.muster.command.jobs.JobInstance.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.smallrye.mutiny.Uni;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that have ended and go on for devices that failed. */
class RetriedJobsIT {
  private static final List<String> FAILED = List.of("failed");

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private SettableClock clock;
  private Neighbour registry;
  private TenantId tenant;
  private DeviceAddress device;
  private JobInstance instance;

  @BeforeEach
  void start() throws IOException {
    clock = new SettableClock(Instant.parse("2026-01-05T10:00:00Z"));
    registry = new Neighbour();
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    device = DeviceAddress.of(tenant.value(), "d1");
    registry.add(device);
    instance =
        new JobInstance(
            DATABASE, Map.of("muster.command.jobs.open-per-tenant", "2"), clock, registry.url());
  }

  @AfterEach
  void stop() {
    instance.close();
    registry.close();
  }

  @Test
  void countAsOpenAgain() {
    var failed = failed();
    var one = instance.make(tenant, body());
    instance.make(tenant, body());
    var refused = assertThrows(RefusedException.class, () -> get(retry(failed))).refusal();
    assertEquals(new Refusal.LimitReached("open jobs of the tenant", 2), refused);
    assertEquals("completed", instance.read(tenant, failed).state());
    get(instance.actions.cancel(tenant, one, false, JobInstance.AUTHOR));
    get(retry(failed));
    assertEquals("running", instance.read(tenant, failed).state());
    // One that is open needs no other place.
    get(retry(failed));
  }

  @Test
  void standInNobodysWayWhoMakesOthers() throws Exception {
    var failed = failed();
    var key = Optional.of(new IdempotencyKey("k"));
    // The first one's key is forgotten by whoever makes the next.
    clock.add(Duration.ofDays(2));
    List<Future<?>> all = new ArrayList<>();
    try (var clients = Executors.newFixedThreadPool(20)) {
      for (var i = 0; i < 20; i++) {
        all.add(clients.submit(() -> get(retry(failed))));
        all.add(clients.submit(() -> instance.make(tenant, body(), key)));
      }
    }
    for (var one : all) {
      one.get();
    }
    assertTrue(DATABASE.number("SELECT count(*) FROM job WHERE finished_at IS NULL") <= 2);
  }

  /** One that was made with a key, and whose only device failed. */
  private UUID failed() {
    var job = instance.make(tenant, body(), Optional.of(new IdempotencyKey("first")));
    instance.run();
    instance.connect(device);
    instance.run();
    instance.answer(500, device);
    clock.add(Duration.ofSeconds(2));
    instance.run();
    assertEquals("completed", instance.read(tenant, job).state());
    return job;
  }

  private Uni<Void> retry(UUID job) {
    return instance.actions.retry(tenant, job, FAILED, JobInstance.AUTHOR);
  }

  private static String body() {
    return "{'command':{'name':'reboot'},'targets':{'devices':['d1']}}";
  }
}
