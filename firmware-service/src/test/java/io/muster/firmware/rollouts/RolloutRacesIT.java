package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.Neighbour;
import io.muster.firmware.SetClock;
import io.muster.firmware.actions.ActionState;
import io.muster.firmware.actions.Actions;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.RefusedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two instances, devices and people at the same rollout at the same time: whatever they do, what
 * must always be so is so, and in the end each device has it.
 */
class RolloutRacesIT {
  private static final int DEVICES = 60;
  private static final int AT_ONCE = 20;
  private static final int STEPS = 150;
  private static final Author OTHER = new Author("sam", null);
  private static final List<String> ALL_THAT_MAY_TRY_AGAIN =
      List.of("failed", "overdue", "unreached", "cancelled", "disabled");

  /** A device is to get two things at once, which nobody wants. */
  private static final String TWICE =
      """
      SELECT count(*) FROM (SELECT 1 FROM action
                             WHERE finished_at IS NULL AND state <> 'cancelling'
                             GROUP BY target_key HAVING count(*) > 1) AS twice\
      """;

  private static final String BUSY =
      """
      SELECT count(*) FROM rollout_device AS d JOIN action AS a ON a.key = d.action_key
       WHERE d.state = 'running' AND a.finished_at IS NULL\
      """;

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private final List<RolloutInstance> instances = new ArrayList<>();
  private final SetClock clock = new SetClock();
  private Neighbour registry;
  private TenantId tenant;
  private List<DeviceAddress> devices;
  private UUID rollout;

  @BeforeEach
  void start() throws IOException {
    clock.set(Instant.parse("2026-01-05T10:00:00Z"));
    registry = new Neighbour();
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    devices =
        IntStream.range(0, DEVICES)
            .mapToObj(i -> DeviceAddress.of(tenant.value(), "d" + i))
            .toList();
    devices.forEach(registry::add);
    registry.filter("tag==lab", _ -> true);
    var settings = Map.of("muster.firmware.rollouts.batch-devices", "7");
    for (var i = 0; i < 2; i++) {
      instances.add(new RolloutInstance(DATABASE, settings, clock, registry.url()));
    }
    var first = instances.getFirst();
    rollout =
        first.make(
            tenant,
            ("{'name':'spring','distribution':'%s','targets':{'filter':'tag==lab'},"
                    + "'groups':[{'count':5},{'share':0.3},{}],'atOnce':%d,'updateWithin':'PT3S',"
                    + "'retry':{'attempts':3,'minBackoff':'PT1S','maxBackoff':'PT2S'}}")
                .formatted(first.distribution(tenant, "2.0"), AT_ONCE));
  }

  @AfterEach
  void stop() {
    instances.forEach(RolloutInstance::close);
    registry.close();
  }

  @Test
  void whateverHappensAtTheSameTimeEachDeviceHasItInTheEnd() throws Exception {
    var seed = new Random().nextLong();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (var i = 0; i < 2; i++) {
        var instance = instances.get(i);
        var random = new Random(seed + i);
        all.add(threads.submit(() -> steps(() -> drive(instance))));
        all.add(threads.submit(() -> steps(() -> devices(instance, random))));
        all.add(threads.submit(() -> steps(() -> decide(instance, random))));
      }
      all.add(threads.submit(() -> steps(this::assertWhatMustAlwaysBeSo)));
      for (var each : all) {
        each.get();
      }
    } catch (Exception failed) {
      throw new AssertionError("with the seed " + seed, failed);
    }
    comeToAnEnd();
    assertEquals(Map.of("finished", (long) DEVICES), instances.getFirst().counts(tenant, rollout));
    devices.forEach(it -> assertEquals("2.0", instances.getFirst().installed(it)));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout WHERE due_at IS NOT NULL"));
    assertWhatMustAlwaysBeSo();
  }

  private static void steps(Runnable step) {
    for (var i = 0; i < STEPS; i++) {
      step.run();
    }
  }

  private void drive(RolloutInstance instance) {
    clock.advance(Duration.ofMillis(100));
    try {
      instance.worker.workOnOne();
    } catch (RuntimeException lostADeadlock) {
      // It is taken again soon; what is wrong for good does not come to an end.
    }
  }

  /** Some device polls, ends its update well or badly, leaves it, or does nothing. */
  private void devices(RolloutInstance instance, Random random) {
    var device = devices.get(random.nextInt(DEVICES));
    try {
      var open = instance.open(device);
      if (open.isEmpty()) {
        return;
      }
      if (open.getFirst().state() == ActionState.CANCELLING) {
        instance.leave(device);
        return;
      }
      switch (random.nextInt(5)) {
        case 0 -> instance.retrieve(device);
        case 1 -> instance.end(device, false);
        default -> instance.end(device, true);
      }
    } catch (NoSuchElementException | RefusedException | Actions.GoneException meanwhileOver) {
      // Another one was faster.
    }
  }

  private void decide(RolloutInstance instance, Random random) {
    try {
      switch (random.nextInt(4)) {
        case 0 -> instance.actions.pause(tenant, rollout, OTHER);
        case 1 -> instance.actions.retry(tenant, rollout, ALL_THAT_MAY_TRY_AGAIN, OTHER);
        default -> instance.actions.resume(tenant, rollout, OTHER);
      }
    } catch (RefusedException notNow) {
      // In that state it makes no sense.
    }
  }

  private void assertWhatMustAlwaysBeSo() {
    assertEquals(0, DATABASE.number(TWICE));
    var busy = DATABASE.number(BUSY);
    assertTrue(busy <= AT_ONCE, () -> busy + " at once");
    var told = instances.getFirst().counts(tenant, rollout);
    var all = told.values().stream().mapToLong(Long::longValue).sum();
    assertTrue(all == 0 || all == DEVICES, () -> "counted " + told);
  }

  /** All devices do what they should, and people see to it that it goes on. */
  private void comeToAnEnd() {
    var instance = instances.getFirst();
    for (var i = 0; i < STEPS && !isThrough(instance); i++) {
      decideToGoOn(instance);
      clock.advance(Duration.ofSeconds(1));
      instance.work();
      for (var device : devices) {
        for (var open : instance.open(device)) {
          if (open.state() == ActionState.CANCELLING) {
            instance.leave(device);
          } else {
            instance.succeed(device);
          }
        }
      }
      clock.advance(Duration.ofSeconds(1));
      instance.work();
    }
  }

  private boolean isThrough(RolloutInstance instance) {
    var view = instance.read(tenant, rollout);
    return view.state().equals("finished")
        && view.counts().equals(Map.of("finished", (long) DEVICES));
  }

  private void decideToGoOn(RolloutInstance instance) {
    for (var step :
        List.<Runnable>of(
            () -> instance.actions.resume(tenant, rollout, OTHER),
            () -> instance.actions.retry(tenant, rollout, ALL_THAT_MAY_TRY_AGAIN, OTHER))) {
      try {
        step.run();
      } catch (RefusedException notNow) {
        // In that state it makes no sense.
      }
    }
  }
}
