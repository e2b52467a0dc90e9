package io.muster.firmware.inbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.HandWired;
import io.muster.firmware.Neighbour;
import io.muster.firmware.neighbours.NeighboursOfTests;
import io.muster.firmware.targets.Withdrawal;
import io.muster.outbox.EventFollower;
import io.muster.outbox.InstanceEffects;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an instance hears of withdrawals without the broker. */
class WithdrawalLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DeviceAddress LAMP = DeviceAddress.of("acme", "lamp-1");

  @TempDir Path folder;
  private final List<Withdrawal> heard = new CopyOnWriteArrayList<>();
  private final List<Withdrawal.UpToDate> confirmed = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private Vertx vertx;
  private Neighbour registry;
  private EventFollower follower;

  @BeforeEach
  void start() throws IOException {
    vertx = Vertx.vertx();
    registry = new Neighbour();
    tell("device-disabled", "/lamp-0");
    var log =
        new WithdrawalLog(
            NeighboursOfTests.of(vertx, registry, folder),
            HandWired.event(heard::add),
            HandWired.event(confirmed::add),
            nanos::get);
    follower =
        new EventFollower(
            new EventFollower.Settings(
                "withdrawals", 2, Duration.ofMillis(20), PATIENCE, Duration.ofMillis(50)),
            log::page,
            new InstanceEffects(log::page, log),
            Clock.systemUTC());
    follower.start();
    await().atMost(PATIENCE).until(() -> !heard.isEmpty());
  }

  @AfterEach
  void stop() {
    follower.close();
    registry.close();
    vertx.closeAndAwait();
  }

  private void tell(String event, String device) {
    registry.tell("platform/registry/" + event + "/acme" + device, "x", new byte[0]);
  }

  @Test
  void whatWasAnsweredBeforeTheLogIsFollowedIsNotBelieved() {
    // And what was withdrawn before is in the answers that come now.
    assertEquals(List.of(new Withdrawal.OfEverybody()), heard);
  }

  @Test
  void whatTheRegistryWithdrawsIsHeard() {
    tell("credential-revoked", "/lamp-1");
    tell("group-changed", "");
    tell("device-created", "/lamp-2");
    tell("token-key-withdrawn", "");
    await().atMost(PATIENCE).until(() -> heard.size() == 3);
    assertEquals(new Withdrawal.OfDevice(LAMP), heard.get(1));
    assertEquals(new Withdrawal.OfTenant(new TenantId("acme")), heard.get(2));
  }

  @Test
  void whatHappenedWhileItWasAwayIsHeardAfterwards() {
    registry.away(true);
    var asked = registry.questions();
    await().atMost(PATIENCE).until(() -> registry.questions() > asked + 1);
    tell("device-deleted", "/lamp-1");
    registry.away(false);
    await().atMost(PATIENCE).until(() -> heard.size() > 1);
    assertEquals(List.of(new Withdrawal.OfEverybody(), new Withdrawal.OfDevice(LAMP)), heard);
  }

  @Test
  void answersAreConfirmedOnceInAMinute() {
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    await().atMost(PATIENCE).until(() -> !confirmed.isEmpty());
    var first = confirmed.size();
    tell("device-deleted", "/lamp-1");
    await().atMost(PATIENCE).until(() -> heard.size() == 2);
    assertEquals(1, first);
    assertTrue(confirmed.getFirst().asOfNanos() == nanos.get());
  }
}
