package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OrdinalLeaseIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Renews often, and does not lapse however long the machine stops it. */
  private static final LeaseSettings QUICK =
      new LeaseSettings(Duration.ofHours(1), Duration.ofMillis(100), Duration.ofSeconds(30));

  /** Renews so seldom that it counts as fallen silent. */
  private static final LeaseSettings SILENT =
      new LeaseSettings(Duration.ofHours(3), Duration.ofHours(1), Duration.ofSeconds(30));

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<OrdinalLease> leases = new ArrayList<>();

  @AfterEach
  void close() {
    leases.forEach(OrdinalLease::close);
  }

  @Test
  void instancesThatStartTogetherGetOrdinalsOfTheirOwn() {
    Set<Integer> ordinals = ConcurrentHashMap.newKeySet();
    var started = new ArrayList<OrdinalLease>();
    for (int n = 0; n < 8; n++) {
      started.add(start("replica-" + n, QUICK));
    }
    started.forEach(lease -> ordinals.add(ordinal(lease)));
    assertEquals(Set.of(0, 1, 2, 3, 4, 5, 6, 7), ordinals);
  }

  @Test
  void aRestartedInstanceGetsItsOrdinalAgainAtOnceAlsoAfterACrash() {
    assertEquals(0, ordinal(start("a", SILENT)));
    assertEquals(1, ordinal(start("b", SILENT)));
    assertEquals(0, ordinal(start("a", SILENT)));
    assertEquals(1, ordinal(start("b", SILENT)));
  }

  @Test
  void anOrdinalWhoseLeaseLapsedGoesToAnotherInstance() {
    assertEquals(0, ordinal(start("gone", SILENT)));
    assertEquals(1, ordinal(start("b", SILENT)));
    DATABASE.run("UPDATE service_ordinal SET expires_at = now() WHERE holder = 'gone'");
    assertEquals(0, ordinal(start("c", SILENT)));
    assertEquals(2, start("gone", SILENT).ordinal(), "waits for the first");
  }

  @Test
  void aRenewedLeaseDoesNotLapse() {
    assertEquals(0, ordinal(start("a", QUICK)));
    // What it had of its lease is over, but for a renewal.
    DATABASE.run("UPDATE service_ordinal SET expires_at = now()");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                DATABASE.number("SELECT count(*) FROM service_ordinal WHERE expires_at > now()")
                    == 1);
    assertEquals(1, ordinal(start("b", QUICK)));
  }

  @Test
  void anOrderlyEndLetsAnotherHaveTheOrdinal() {
    var lease = start("a", SILENT);
    assertEquals(0, ordinal(lease));
    lease.close();
    assertEquals(0, ordinal(start("b", SILENT)));
  }

  @Test
  void twoInstancesWithOneNameEndUpWithTwoOrdinals() {
    var moved = new AtomicInteger(-1);
    var first = new OrdinalLease(DATABASE.pool(), "same", QUICK, moved::set);
    leases.add(first);
    first.start();
    assertEquals(0, ordinal(first));
    assertEquals(0, ordinal(start("same", QUICK)));
    await().atMost(PATIENCE).until(() -> moved.get() == 1);
    assertEquals(1, first.current().orElseThrow());
    assertEquals(1, first.ordinal());
    await()
        .during(Duration.ofMillis(500))
        .atMost(PATIENCE)
        .until(() -> DATABASE.number("SELECT count(*) FROM service_ordinal") == 2);
  }

  @Test
  void waitsForADatabaseThatIsAway() {
    DATABASE.postgres().kill();
    OrdinalLease lease;
    try {
      lease = start("a", QUICK);
      assertThrows(
          io.smallrye.mutiny.TimeoutException.class,
          () -> leases.getFirst().whenLeased().await().atMost(Duration.ofMillis(300)));
    } finally {
      DATABASE.postgres().restart();
    }
    assertEquals(0, ordinal(lease));
  }

  private OrdinalLease start(String holder, LeaseSettings settings) {
    var lease = new OrdinalLease(DATABASE.pool(), holder, settings, changed -> {});
    leases.add(lease);
    lease.start();
    return lease;
  }

  private static int ordinal(OrdinalLease lease) {
    return lease.whenLeased().await().atMost(PATIENCE);
  }
}
