package io.muster.ingest.sessions;

import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.ExactlyOnceTable.Release;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Sessions in PostgreSQL, shared by all replicas. Start it once, stop it once; the rest is
 * thread-safe.
 */
public final class PostgresSessions implements Sessions {
  private static final Duration STEP = Duration.ofMillis(10);
  private static final int LEASE_PARTS = 3;

  private static final String TAKEN_OVER =
      "DELETE FROM mqtt_takeover WHERE replica_key = $1 RETURNING connection_id";

  private static final String EXPIRED =
      """
      WITH expired AS (
        DELETE FROM mqtt_session WHERE client_identifier IN (
          SELECT client_identifier FROM mqtt_session
          WHERE replica_key IS NULL AND expires_at <= now()
          LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING session_key)
      DELETE FROM exactly_once e USING expired WHERE e.session_key = expired.session_key
      """;

  private final Pool pool;
  private final SessionsConfig config;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("muster-sessions").factory());
  private final List<Consumer<LostSession>> listeners = new CopyOnWriteArrayList<>();
  private final ReplicaLease lease;
  private final WillPublisher wills;
  private final LapsedReplicas lapsed;
  private final RetriedBatches<SessionEnd> ends;
  private final RetriedBatches<Release> releases;
  private final RetriedBatches<Long> publishedWills;

  public PostgresSessions(
      Pool pool, Intake intake, ReplicaIdentity identity, SessionsConfig config, Clock clock) {
    this.pool = pool;
    this.config = config;
    lease = new ReplicaLease(pool, identity, config, () -> tell(new LostSession.All()));
    ends = batches("Ends of sessions", batch -> SessionTable.end(pool, batch));
    releases = batches("PUBRELs", batch -> ExactlyOnceTable.release(pool, batch));
    publishedWills = batches("Published wills", batch -> WillPublisher.delete(pool, batch));
    wills = new WillPublisher(pool, intake, clock, publishedWills, config.batch());
    lapsed = new LapsedReplicas(pool, intake, clock, config.batch());
  }

  private <T> RetriedBatches<T> batches(
      String what, java.util.function.Function<List<T>, Uni<Void>> write) {
    return new RetriedBatches<>(what, config.batch(), config.retry(), timer, write);
  }

  /** Begins to renew the lease and to look after sessions. */
  public void start() {
    chore("renew the lease", lease::renew).every(config.lease().dividedBy(LEASE_PARTS));
    chore("look for takeovers", this::closeTakenOver).every(config.poll());
    chore("publish wills", this::publishWills).every(config.poll());
    chore("end sessions of dead replicas", this::sweep).every(config.sweep());
    chore("clean up", this::cleanUp).every(config.cleanup());
  }

  private Chore chore(String what, Supplier<Uni<Void>> task) {
    return new Chore(what, task, timer);
  }

  /** Whether this replica has its lease, without which nobody can connect. */
  public boolean isReady() {
    return lease.key().isPresent();
  }

  @Override
  public Uni<TakenSession> take(SessionClaim claim) {
    var replica = lease.key();
    return replica.isEmpty()
        ? Uni.createFrom().failure(new IllegalStateException("the database was not reached yet"))
        : SessionTable.take(pool, replica.getAsInt(), claim);
  }

  @Override
  public void ended(SessionEnd end) {
    ends.add(end);
  }

  @Override
  public Uni<Void> storeSubscriptions(
      long sessionKey, long epoch, List<StoredSubscription> subscriptions) {
    return SessionTable.storeSubscriptions(pool, sessionKey, epoch, subscriptions);
  }

  @Override
  public Uni<Boolean> release(long sessionKey, int packetIdentifier) {
    return Uni.createFrom()
        .emitter(waiting -> releases.add(new Release(sessionKey, packetIdentifier, waiting)));
  }

  @Override
  public void onLost(Consumer<LostSession> listener) {
    listeners.add(listener);
  }

  private void tell(LostSession lost) {
    listeners.forEach(listener -> listener.accept(lost));
  }

  private Uni<Void> closeTakenOver() {
    var replica = lease.key();
    if (replica.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return pool.preparedQuery(TAKEN_OVER)
        .execute(Tuple.of(replica.getAsInt()))
        .invoke(rows -> rows.forEach(row -> tell(new LostSession.TakenOver(row.getLong(0)))))
        .replaceWithVoid();
  }

  private Uni<Void> publishWills() {
    var replica = lease.key();
    return replica.isEmpty() ? Uni.createFrom().voidItem() : wills.publishDue(replica.getAsInt());
  }

  private Uni<Void> sweep() {
    var expired = pool.preparedQuery(EXPIRED).execute(Tuple.of(config.batch()));
    return lease.mayJudgeOthers() ? expired.chain(lapsed::endNext) : expired.replaceWithVoid();
  }

  private Uni<Void> cleanUp() {
    return wills.releaseOrphans().chain(() -> ExactlyOnceTable.forgetOrphans(pool));
  }

  /** Writes what is left, within the shutdown timeout, and gives the lease back. */
  public void stop() {
    var deadline = System.nanoTime() + config.shutdownTimeout().toNanos();
    while (unwritten() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(STEP.toNanos());
    }
    timer.shutdownNow();
    lease
        .resign()
        .ifNoItem()
        .after(config.shutdownTimeout())
        .fail()
        .onFailure()
        .recoverWithNull()
        .await()
        .indefinitely();
  }

  private int unwritten() {
    return ends.unwritten() + releases.unwritten() + publishedWills.unwritten();
  }
}
