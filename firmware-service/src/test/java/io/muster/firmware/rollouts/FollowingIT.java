package io.muster.firmware.rollouts;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.ContractJson;
import io.muster.firmware.FirmwareDatabase;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who follows rollouts at an instance. */
class FollowingIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Following following;
  private UUID rollout;

  @BeforeEach
  void start() {
    var one = Map.of("muster.firmware.rollouts.followers", "1");
    following =
        new Following(
            fleet.instance.reader,
            ContractJson.mapper(),
            config(RolloutsConfig.class, one),
            meters);
    rollout = fleet.make(fleet.listed(fleet.devices(1), ""));
  }

  @AfterEach
  void end() {
    following.close();
  }

  @Test
  void soManyFollowAtATime() {
    var first = subscribed(follow());
    assertTrue(first.awaitNextItem(PATIENCE).getLastItem().data().contains(rollout.toString()));
    assertEquals(1, followers());
    var refused = assertThrows(RefusedException.class, this::follow).refusal();
    assertEquals(new Refusal.LimitReached("clients that follow a rollout", 1), refused);
    first.cancel();
    assertEquals(0, followers());
    subscribed(follow()).awaitNextItem(PATIENCE).cancel();
  }

  @Test
  void whoIsRefusedTakesNobodysPlace() {
    assertThrows(
        RefusedException.class, () -> following.follow(fleet.tenant, UUID.randomUUID(), PATIENCE));
    assertEquals(0, followers());
  }

  private Multi<Following.Event> follow() {
    return following.follow(fleet.tenant, rollout, PATIENCE);
  }

  private static AssertSubscriber<Following.Event> subscribed(Multi<Following.Event> events) {
    return events.subscribe().withSubscriber(AssertSubscriber.create(1));
  }

  private double followers() {
    return meters.get("muster.firmware.rollout.followers").gauge().value();
  }
}
