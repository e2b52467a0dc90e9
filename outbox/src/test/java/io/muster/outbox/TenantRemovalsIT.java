package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is kept of deleted tenants goes, some at a time, also what comes late. */
class TenantRemovalsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final TenantId GONE = new TenantId("gone");
  private static final List<TenantPart> PARTS =
      List.of(
          TenantPart.of(
              "leaf",
              "SELECT l.ctid FROM leaf AS l JOIN tree AS t ON t.key = l.tree WHERE t.tenant = $1"),
          TenantPart.of("tree"));

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<TenantRemovals> open = new ArrayList<>();

  @BeforeEach
  void tables() {
    DATABASE.run("CREATE TABLE tree (key bigint PRIMARY KEY, tenant varchar(40) NOT NULL)");
    DATABASE.run("CREATE TABLE leaf (tree bigint NOT NULL REFERENCES tree)");
    DATABASE.run(
        "INSERT INTO tree SELECT n, CASE WHEN n <= 200 THEN 'gone' ELSE 'kept' END"
            + " FROM generate_series(1, 300) AS n");
    DATABASE.run("INSERT INTO leaf SELECT key FROM tree, generate_series(1, 3)");
  }

  @AfterEach
  void close() {
    open.forEach(TenantRemovals::close);
  }

  @Test
  void onlyTheTenantsRowsGoAndAreCounted() {
    note("gone");
    var removals = start(it -> {});
    awaitDone("gone");
    assertEquals(0, of("gone"));
    assertEquals(100, of("kept"));
    assertEquals(300, DATABASE.number("SELECT count(*) FROM leaf"));
    assertEquals(800, removals.removedRows());
    assertEquals(
        800, DATABASE.number("SELECT rows_removed FROM tenant_removal WHERE tenant = 'gone'"));
    assertTrue(removals.isRemoved(GONE));
    assertFalse(removals.isRemoved(new TenantId("kept")));
    await().atMost(PATIENCE).until(() -> removals.status().open() == 0);
  }

  @Test
  void anotherOneGoesOnWhereOneWasKilled() {
    note("gone");
    // In the middle of the rows: it does not come to its end before it is killed.
    var holder = DATABASE.pool().getConnection().await().atMost(PATIENCE);
    var held = holder.begin().await().atMost(PATIENCE);
    holder.query("SELECT FROM leaf WHERE tree = 100 FOR UPDATE").execute().await().atMost(PATIENCE);
    var first = start(it -> it.batchRows = 10);
    await().atMost(PATIENCE).until(() -> first.removedRows() >= 50);
    first.close();
    assertTrue(of("gone") > 0, "killed too late");
    held.rollback().await().atMost(PATIENCE);
    holder.close().await().atMost(PATIENCE);
    start(it -> it.batchRows = 10);
    awaitDone("gone");
    assertEquals(0, of("gone"));
    assertEquals(
        800, DATABASE.number("SELECT rows_removed FROM tenant_removal WHERE tenant = 'gone'"));
  }

  @Test
  void twoAtOnceDoNotGetInEachOthersWay() {
    note("gone");
    note("kept");
    start(it -> it.batchRows = 20);
    start(it -> it.batchRows = 20);
    awaitDone("gone");
    awaitDone("kept");
    assertEquals(0, DATABASE.number("SELECT count(*) FROM tree"));
    assertEquals(1200, DATABASE.number("SELECT sum(rows_removed)::bigint FROM tenant_removal"));
  }

  @Test
  void aSecondWordOfTheSameTenantChangesNothing() {
    note("gone");
    start(it -> {});
    awaitDone("gone");
    var before = DATABASE.run("SELECT noted_at, done_at FROM tenant_removal").iterator().next();
    note("gone");
    var after = DATABASE.run("SELECT noted_at, done_at FROM tenant_removal").iterator().next();
    assertEquals(before.getOffsetDateTime(0), after.getOffsetDateTime(0));
    assertEquals(before.getOffsetDateTime(1), after.getOffsetDateTime(1));
  }

  @Test
  void itIsNotDoneBeforeWhatHadBegunHasEnded() {
    note("gone");
    start(it -> it.grace = Duration.ofHours(1));
    await().atMost(PATIENCE).until(() -> of("gone") == 0);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                DATABASE.number("SELECT count(*) FROM tenant_removal WHERE look_at > now()") == 1);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM tenant_removal WHERE done_at IS NULL"));
    // What comes meanwhile goes when the time is over.
    DATABASE.run("INSERT INTO tree VALUES (1001, 'gone')");
    DATABASE.run("UPDATE tenant_removal SET removed_at = now() - interval '2 h', look_at = now()");
    await().atMost(PATIENCE).until(() -> of("gone") == 0);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM tenant_removal WHERE done_at IS NULL"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                DATABASE.number("SELECT count(*) FROM tenant_removal WHERE look_at > now()") == 1);
    DATABASE.run("UPDATE tenant_removal SET removed_at = now() - interval '2 h', look_at = now()");
    awaitDone("gone");
  }

  @Test
  void whatComesLateGoesAsWellAsLongAsTheTenantIsWatched() {
    note("gone");
    start(it -> it.recheck = Duration.ofMillis(50));
    awaitDone("gone");
    // Both at once: the removal is at work.
    DATABASE.run(
        "WITH late AS (INSERT INTO tree VALUES (1001, 'gone') RETURNING key)"
            + " INSERT INTO leaf SELECT key FROM late");
    await().atMost(PATIENCE).until(() -> of("gone") == 0);
    assertEquals(
        802, DATABASE.number("SELECT rows_removed FROM tenant_removal WHERE tenant = 'gone'"));
    assertEquals(100, of("kept"));
  }

  @Test
  void theWatchEnds() {
    note("gone");
    start(
        it -> {
          it.recheck = Duration.ofMillis(50);
          it.watch = Duration.ofMillis(300);
        });
    awaitDone("gone");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                DATABASE.number("SELECT count(*) FROM tenant_removal WHERE look_at IS NULL") == 1);
  }

  @Test
  void eachTenantIsToldOnceToWhoRemembersSomethingOfIt() {
    var told = new CopyOnWriteArrayList<TenantId>();
    note("gone");
    var keeps = new TenantRemovals.Keeps(PARTS, told::add, () -> {});
    var removals = start(keeps, nobody(), it -> {});
    awaitDone("gone");
    removals.noteSoon(new TenantId("kept"));
    awaitDone("kept");
    assertEquals(List.of(GONE, new TenantId("kept")), told);
  }

  @Test
  void whatFailsAfterTheLastRowIsTriedUntilItSucceeds() {
    var tries = new AtomicInteger();
    note("gone");
    var keeps =
        new TenantRemovals.Keeps(
            PARTS,
            any -> {},
            () -> {
              if (tries.incrementAndGet() < 3) {
                throw new IllegalStateException("the store is away");
              }
            });
    start(keeps, nobody(), it -> {});
    awaitDone("gone");
    assertEquals(3, tries.get());
  }

  @Test
  void oneThatCannotBeRemovedDoesNotHoldUpTheOthers() {
    DATABASE.run("CREATE TABLE holder (tree bigint NOT NULL REFERENCES tree)");
    DATABASE.run("INSERT INTO holder VALUES (1)");
    note("gone");
    note("kept");
    start(it -> {});
    awaitDone("kept");
    assertTrue(of("gone") > 0);
    DATABASE.run("DELETE FROM holder");
    awaitDone("gone");
    assertEquals(0, of("gone"));
  }

  @Test
  void whoeverMissedTheWordAsksTheRegistry() {
    var asked = new AtomicInteger();
    TenantRemovals.Deleted registry =
        (after, limit) -> {
          if (asked.incrementAndGet() == 1) {
            return Uni.createFrom().failure(new IllegalStateException("away"));
          }
          return Uni.createFrom()
              .item(
                  after == 0
                      ? new DeletedTenants(List.of(GONE, new TenantId("never-seen")), 7)
                      : new DeletedTenants(List.of(), after));
        };
    note("other");
    var removals = start(TenantRemovals.Keeps.of(PARTS), registry, it -> {});
    // With the registry away it does what it knows of.
    awaitDone("other");
    removals.reconcileSoon();
    awaitDone("gone");
    awaitDone("never-seen");
    assertEquals(0, of("gone"));
  }

  @Test
  void oneThatIsToldWithoutATransactionIsKnownAtOnceAndNoted() {
    var removals = start(it -> {});
    removals.noteSoon(GONE);
    assertTrue(removals.isRemoved(GONE));
    awaitDone("gone");
    assertTrue(removals.isRemoved(GONE));
    assertEquals(0, of("gone"));
  }

  @Test
  void anInstanceLearnsWhatAnotherOneNoted() {
    var removals = start(it -> {});
    note("gone");
    await().atMost(PATIENCE).until(() -> removals.isRemoved(GONE));
  }

  private static final class Changed {
    int batchRows = 1_000;
    Duration grace = Duration.ZERO;
    Duration watch = Duration.ofDays(1);
    Duration recheck = Duration.ofHours(1);

    TenantRemovals.Settings settings() {
      return new TenantRemovals.Settings(
          batchRows,
          Duration.ofMillis(20),
          Duration.ofSeconds(30),
          grace,
          watch,
          recheck,
          Duration.ofHours(1),
          Duration.ofMillis(200));
    }
  }

  private TenantRemovals start(Consumer<Changed> change) {
    return start(TenantRemovals.Keeps.of(PARTS), nobody(), change);
  }

  private TenantRemovals start(
      TenantRemovals.Keeps keeps, TenantRemovals.Deleted registry, Consumer<Changed> change) {
    var changed = new Changed();
    change.accept(changed);
    var removals =
        new TenantRemovals(
            DATABASE.newPool(3), changed.settings(), keeps, registry, Clock.systemUTC());
    open.add(removals);
    removals.start();
    return removals;
  }

  private static TenantRemovals.Deleted nobody() {
    return (after, limit) -> Uni.createFrom().item(new DeletedTenants(List.of(), after));
  }

  private static void note(String tenant) {
    DATABASE
        .pool()
        .withTransaction(db -> TenantRemovals.note(db, List.of(new TenantId(tenant))))
        .await()
        .atMost(PATIENCE);
  }

  private static void awaitDone(String tenant) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                DATABASE.number(
                        "SELECT count(*) FROM tenant_removal WHERE done_at IS NOT NULL AND tenant ="
                            + " '"
                            + tenant
                            + "'")
                    == 1);
  }

  private static long of(String tenant) {
    return DATABASE.number("SELECT count(*) FROM tree WHERE tenant = '" + tenant + "'");
  }
}
