package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static io.muster.ingest.sessions.TestReplica.SHORT_LEASE;
import static io.muster.ingest.sessions.TestReplica.client;
import static io.muster.ingest.sessions.TestReplica.will;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.sessions.SessionTable.Unaccepted;
import io.muster.localstack.postgres.SwallowingProxy;
import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are late or lost, and what overtakes what. */
class LostAnswersIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Map<String, String> IMPATIENT =
      Map.of("muster.sessions.statement-timeout", "1s", "muster.sessions.chore-timeout", "2s");

  @TempDir static Path folder;
  private static SessionsDatabase database;

  private final DeviceAddress device = newDevice();
  private TestReplica one;
  private TestReplica two;

  @BeforeAll
  static void startDatabase() {
    // Two replicas in one process would race to set up Mutiny, which a service does only once.
    Uni.createFrom().voidItem().await().indefinitely();
    database = SessionsDatabase.start(folder);
  }

  @AfterAll
  static void stopDatabase() {
    database.close();
  }

  @BeforeEach
  void startReplicas() {
    one = new TestReplica("one", database);
    two = new TestReplica("two", database);
    await().until(() -> one.sessions.isReady() && two.sessions.isReady());
  }

  @AfterEach
  void stopReplicas() {
    one.close();
    two.close();
  }

  private static DeviceAddress newDevice() {
    return DeviceAddress.of("acme", "d" + UUID.randomUUID().toString().substring(0, 8));
  }

  /** Somebody who holds a session's row, so that whoever wants it waits. */
  private final class Lock implements AutoCloseable {
    private final SqlConnection connection = one.pool.getConnection().await().atMost(PATIENCE);
    private final Transaction transaction = connection.begin().await().atMost(PATIENCE);

    Lock(DeviceAddress held) {
      connection
          .preparedQuery("SELECT 1 FROM mqtt_session WHERE client_identifier = $1 FOR UPDATE")
          .execute(Tuple.of(client(held).value()))
          .await()
          .atMost(PATIENCE);
    }

    @Override
    public void close() {
      transaction.commit().await().atMost(PATIENCE);
      connection.close().await().atMost(PATIENCE);
    }
  }

  private void run(String sql, Object... values) {
    one.pool.preparedQuery(sql).execute(Tuple.from(List.of(values))).await().atMost(PATIENCE);
  }

  private long epoch() {
    return one.count(
        "SELECT epoch FROM mqtt_session WHERE client_identifier = $1", client(device).value());
  }

  private long wills() {
    return one.count(
        "SELECT count(*) FROM mqtt_will WHERE client_identifier = $1", client(device).value());
  }

  private long connected() {
    return one.count(
        "SELECT count(*) FROM mqtt_session WHERE client_identifier = $1 AND replica_key IS NOT"
            + " NULL",
        client(device).value());
  }

  private int keyOf(String name) {
    return (int) one.count("SELECT max(key)::bigint FROM endpoint_replica WHERE name = $1", name);
  }

  private int published() {
    return one.intake.offered.size() + two.intake.offered.size();
  }

  @Test
  void aConnectThatNobodyWaitsForAnyMoreDoesNotStealTheSession() {
    var accepted = one.take(device, false, NEVER_ENDS);
    var wanted = new AtomicBoolean(true);
    CompletableFuture<TakenSession> stale;
    try (var lock = new Lock(device)) {
      stale = two.taking(device, false, NEVER_ENDS, null, wanted::get).subscribeAsCompletionStage();
      await().until(() -> one.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
      wanted.set(false);
    }
    assertThrows(Exception.class, stale::join);
    assertEquals(accepted.epoch(), epoch());
    assertEquals(List.of(), one.lost);
  }

  @Test
  void aGoodbyeIsWrittenBeforeTheNextConnectOfTheClient() {
    var busy = newDevice();
    var other = one.take(busy, false, NEVER_ENDS);
    var first = one.take(device, false, NEVER_ENDS, will(device, 0));
    CompletableFuture<TakenSession> second;
    try (var lock = new Lock(busy)) {
      one.end(busy, other, NEVER_ENDS, false);
      // Behind the other in the queue.
      one.end(device, first, 0, false);
      second = one.taking(device, false, NEVER_ENDS, null, () -> true).subscribeAsCompletionStage();
      await().during(Duration.ofMillis(300)).until(() -> !second.isDone());
    }
    var taken = second.join();
    assertFalse(taken.present(), "the goodbye ended the session");
    assertEquals(0, wills());
    assertEquals(0, published());
  }

  @Test
  void aGoodbyeThatComesAfterATakeoverElsewhereStillTakesTheWillBack() {
    run(
        "INSERT INTO endpoint_replica (boot_id, name, lease_until) VALUES ($1, 'quiet', now() +"
            + " interval '1 h')",
        UUID.randomUUID());
    var pool = new TimedPool(one.pool, PATIENCE);
    var first = one.take(device, false, NEVER_ENDS, will(device, 0));
    // With a long time for the goodbye to come, instead of two polls.
    var elsewhere =
        new Taking.Replica(
            keyOf("quiet"), new Held(Set.of()), new Unwritten(), Duration.ofMinutes(1));
    new Taking(
            new SessionClaim(client(device), 1, false, NEVER_ENDS, null), elsewhere, 16, () -> true)
        .in(pool)
        .await()
        .atMost(PATIENCE);
    assertEquals(1, wills());
    one.end(device, first, 0, false);
    await().until(() -> wills() == 0);
    assertEquals(0, published());
  }

  private record Held(Set<Long> ids) implements HeldConnections {
    @Override
    public boolean holds(long connectionId) {
      return ids.contains(connectionId);
    }

    @Override
    public Collection<Long> accepted() {
      return ids;
    }
  }

  @Test
  void theWillOfAConnectionThatWasNeverAcceptedIsNeverPublished() {
    one.sessions.compareWith(new Held(Set.of()));
    // As if its answer had been lost: committed, and held by nobody.
    one.take(device, false, NEVER_ENDS, will(device, 0));
    one.take(device, false, NEVER_ENDS);
    assertEquals(0, wills());
    await().until(() -> connected() == 0);
    assertEquals(0, published());
  }

  @Test
  void whatAConnectionTookWithoutHearingOfItIsGivenBackWithoutItsWill() {
    one.take(device, false, NEVER_ENDS, will(device, 0));
    var unaccepted = new Unaccepted(keyOf("one"), client(device), one.lastConnection());
    new TimedPool(one.pool, PATIENCE)
        .inTransaction(db -> SessionTable.endUnaccepted(db, List.of(unaccepted)))
        .await()
        .atMost(PATIENCE);
    assertEquals(0, connected());
    assertEquals(0, wills());
    assertTrue(two.take(device, false, NEVER_ENDS).present());
  }

  @Test
  void aSessionThatIsHeldByNobodyIsGivenBack() {
    one.sessions.compareWith(new Held(Set.of()));
    one.take(device, false, NEVER_ENDS);
    await().until(() -> connected() == 0);
    assertTrue(two.take(device, false, NEVER_ENDS).present());
  }

  @Test
  void aConnectionThatLostItsSessionWithoutAWordIsToldInTheEnd() {
    Set<Long> ids = ConcurrentHashMap.newKeySet();
    one.take(device, false, NEVER_ENDS);
    ids.add(one.lastConnection());
    one.sessions.compareWith(new Held(ids));
    await().during(Duration.ofMillis(400)).until(one.lost::isEmpty);
    run("DELETE FROM mqtt_session WHERE client_identifier = $1", client(device).value());
    await().until(() -> one.lost.contains(new LostSession.TakenOver(one.lastConnection())));
  }

  @Test
  void aNoticeThatWasNotHeardIsToldAgain() {
    var failures = new AtomicInteger(2);
    var heard = ConcurrentHashMap.<LostSession>newKeySet();
    one.sessions.onLost(
        lost -> {
          if (failures.getAndDecrement() > 0) {
            throw new IllegalStateException("as if the answer had not come");
          }
          heard.add(lost);
        });
    one.take(device, false, NEVER_ENDS);
    two.take(device, false, NEVER_ENDS);
    await().until(() -> heard.contains(new LostSession.TakenOver(one.lastConnection())));
    await().until(() -> one.count("SELECT count(*) FROM mqtt_takeover") == 0);
  }

  @Test
  void aWillWhoseClaimGotNoAnswerIsClaimedAgain() {
    one.take(device, false, NEVER_ENDS, will(device, 0));
    run(
        "UPDATE mqtt_will SET due_at = now(), claimed_by = $1 WHERE client_identifier = $2",
        keyOf("one"),
        client(device).value());
    await().until(() -> wills() == 0);
    assertEquals(1, published());
    assertEquals(1, one.intake.offered.size(), "by the replica whose claim it is");
  }

  @Test
  void aReplicaThatIsBeingBuriedCannotRenewItsLease() {
    var lost = new AtomicInteger();
    var identity = new ReplicaIdentity("late", UUID.randomUUID());
    var lease =
        new ReplicaLease(
            new TimedPool(one.pool, PATIENCE),
            identity,
            TestReplica.config(),
            lost::incrementAndGet);
    lease.renew().await().atMost(PATIENCE);
    // More than a batch; the row of the last one is held by somebody.
    var devices =
        IntStream.range(0, 3).mapToObj(i -> DeviceAddress.of("acme", "z" + i + device.device()));
    var held = devices.toList();
    held.forEach(
        it ->
            new Taking(
                    new SessionClaim(client(it), 1, false, NEVER_ENDS, null),
                    new Taking.Replica(
                        lease.key().getAsInt(), new Held(Set.of()), new Unwritten(), Duration.ZERO),
                    16,
                    () -> true)
                .in(new TimedPool(one.pool, PATIENCE))
                .await()
                .atMost(PATIENCE));
    var key = lease.key().getAsInt();
    try (var judge = new TestReplica("judge", database.pool(), SHORT_LEASE)) {
      try (var lock = new Lock(held.getLast())) {
        run("UPDATE endpoint_replica SET lease_until = now() - interval '1 s' WHERE key = $1", key);
        await().atMost(PATIENCE).until(() -> heldBy(key) == 1);
        lease.renew().await().atMost(PATIENCE);
        assertEquals(1, lost.get(), "it was taken for dead, and knows");
        assertTrue(lease.key().isEmpty());
      }
      await().atMost(PATIENCE).until(() -> heldBy(key) == 0);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                lease.renew().await().atMost(PATIENCE);
                return lease.key().isPresent();
              });
    }
    lease.resign().await().atMost(PATIENCE);
  }

  /** The machine may be slower than the replica has patience. */
  private TakenSession takenWithin(TestReplica impatient) {
    var taken = new AtomicReference<TakenSession>();
    await()
        .ignoreExceptions()
        .until(
            () -> {
              taken.set(impatient.take(device, false, 0, will(device, 0)));
              return true;
            });
    return taken.get();
  }

  private long heldBy(int key) {
    return one.count("SELECT count(*) FROM mqtt_session WHERE replica_key = $1", key);
  }

  @Test
  void aSessionThatComesAndGoesUnderOurEyesCanBeTaken() {
    TestReplica.sideBySide(
        300,
        n -> {
          var replica = n % 2 == 0 ? one : two;
          replica.end(device, replica.take(device, true, 0), 0, false);
        });
    await().until(() -> connected() == 0);
  }

  @Test
  void aDatabaseThatFallsSilentHoldsNobodyAndIsUsedAgainWhenItAnswers() throws Exception {
    try (var proxy = new SwallowingProxy(database.port());
        var third = new TestReplica("third", database.pool(proxy.port()), IMPATIENT)) {
      await().until(third.sessions::isReady);
      var taken = takenWithin(third);
      proxy.fallSilent();
      var connect =
          third
              .taking(newDevice(), false, NEVER_ENDS, null, () -> true)
              .subscribeAsCompletionStage();
      var subscribe =
          third
              .sessions
              .storeSubscriptions(taken.sessionKey(), taken.epoch(), List.of())
              .subscribeAsCompletionStage();
      third.end(device, taken, 0, false);
      await().atMost(PATIENCE).until(() -> connect.isDone() && subscribe.isDone());
      assertTrue(connect.isCompletedExceptionally() && subscribe.isCompletedExceptionally());
      proxy.flowAgain();
      await().atMost(PATIENCE).until(() -> connected() == 0);
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> third.take(newDevice(), false, NEVER_ENDS).epoch() > 0);
    }
  }
}
