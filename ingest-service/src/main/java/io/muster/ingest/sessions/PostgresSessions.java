package io.muster.ingest.sessions;

import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.ExactlyOnceTable.Release;
import io.muster.ingest.sessions.SessionTable.Unaccepted;
import io.muster.outbox.TimedPool;
import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Sessions in PostgreSQL, shared by all replicas. Start it once, stop it once; the rest is
 * thread-safe.
 */
public final class PostgresSessions implements Sessions {
  private static final Logger LOG = Logger.getLogger(PostgresSessions.class);
  private static final Duration STEP = Duration.ofMillis(10);

  /** Polls for which a goodbye may be on its way before a takeover publishes the will. */
  private static final int GRACE_POLLS = 2;

  /** Of expired sessions in a sweep; the next sweep goes on. */
  private static final int MOST_BATCHES = 100;

  private final TimedPool pool;
  private final TimedPool chores;
  private final SessionsConfig config;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("muster-sessions").factory());
  private final List<Consumer<LostSession>> listeners = new CopyOnWriteArrayList<>();
  private final ReplicaLease lease;
  private final WillPublisher wills;
  private final LapsedReplicas lapsed;
  private final Takeovers takeovers;
  private final Reconciliation reconciliation;
  private final Unwritten unwritten = new Unwritten();
  private final RetriedBatches<SessionEnd> ends;
  private final RetriedBatches<Unaccepted> unaccepted;
  private final RetriedBatches<Release> releases;
  private final RetriedBatches<Long> publishedWills;
  private final RetriedBatches<DeviceAddress> forgotten;
  private final PostgresOutgoing outgoing;
  private volatile HeldConnections held;

  public PostgresSessions(
      Pool shared, Intake intake, ReplicaIdentity identity, SessionsConfig config, Clock clock) {
    this.config = config;
    pool = new TimedPool(shared, config.statementTimeout());
    chores = pool.within(config.choreTimeout());
    lease = new ReplicaLease(pool, identity, config, () -> tell(new LostSession.All()));
    ends = batches("Ends of sessions", this::writeEnds);
    unaccepted = batches("Ends of connections that were not accepted", this::writeUnaccepted);
    releases = batches("PUBRELs", batch -> pool.use(db -> ExactlyOnceTable.release(db, batch)));
    publishedWills = batches("Published wills", this::deleteWills);
    forgotten = batches("Sessions of deleted devices", this::removeSessions);
    outgoing = new PostgresOutgoing(pool, config, timer);
    wills = new WillPublisher(chores, intake, clock, publishedWills, config.batch());
    lapsed = new LapsedReplicas(chores, intake, clock, config.batch());
    takeovers = new Takeovers(pool, config.batch(), this::tellTakenOver);
    reconciliation = new Reconciliation(chores, unwritten, this::tellTakenOver, this::ended);
  }

  private <T> RetriedBatches<T> batches(String what, Function<List<T>, Uni<Void>> write) {
    return new RetriedBatches<>(what, config.batch(), config.retry(), timer, write);
  }

  private Uni<Void> writeEnds(List<SessionEnd> batch) {
    return pool.use(db -> SessionTable.end(db, batch))
        .invoke(() -> batch.forEach(end -> unwritten.written(end.client())));
  }

  private Uni<Void> writeUnaccepted(List<Unaccepted> batch) {
    return pool.inTransaction(db -> SessionTable.endUnaccepted(db, batch))
        .invoke(() -> batch.forEach(end -> unwritten.written(end.client())));
  }

  private Uni<Void> removeSessions(List<DeviceAddress> devices) {
    return chores.use(db -> SessionRemoval.ofDevices(db, devices)).replaceWithVoid();
  }

  private Uni<Void> deleteWills(List<Long> epochs) {
    return wills.delete(epochs);
  }

  /** Begins to renew the lease and to look after sessions. */
  public void start() {
    every(config.lease().dividedBy(ReplicaLease.RENEWALS), "renew the lease", lease::renew);
    every(config.poll(), "look for takeovers", ofReplica(takeovers::tellPending));
    every(config.poll(), "publish wills", ofReplica(wills::publishDue));
    every(config.reconcile(), "compare sessions", ofReplica(this::reconcile));
    every(config.sweep(), "end sessions of dead replicas", this::sweep);
    every(config.cleanup(), "clean up", this::cleanUp);
  }

  private void every(Duration period, String what, Supplier<Uni<Void>> task) {
    var chore = new Chore(task, new Outage(LOG, "Cannot " + what + ", trying again: %s"));
    timer.scheduleWithFixedDelay(chore::run, 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Left out while this replica has no lease. */
  private Supplier<Uni<Void>> ofReplica(IntFunction<Uni<Void>> task) {
    return () -> {
      var replica = lease.key();
      return replica.isEmpty() ? Uni.createFrom().voidItem() : task.apply(replica.getAsInt());
    };
  }

  /** The starts of all replicas that may hold connections; fails while the database is away. */
  public Uni<List<UUID>> replicas() {
    return chores.use(lease::all);
  }

  /**
   * A page of who is connected, at whichever replica; fails while the database is away.
   *
   * @param after the last client identifier that was told; empty at the beginning
   */
  Uni<SessionPage> connected(String after, int limit) {
    return chores.use(db -> ConnectedSessions.page(db, after, limit));
  }

  /** Whether this replica has its lease, without which nobody can connect. */
  public boolean isReady() {
    return lease.key().isPresent();
  }

  /** After what is known to have ended here: a goodbye must not be overtaken by a return. */
  @Override
  public Uni<TakenSession> take(SessionClaim claim, BooleanSupplier wanted) {
    return unwritten
        .none(claim.client())
        .ifNoItem()
        .after(config.statementTimeout())
        .fail()
        .chain(() -> takeNow(claim, wanted))
        .onFailure(Taking.EndUnwrittenException.class)
        .recoverWithUni(() -> take(claim, wanted));
  }

  private Uni<TakenSession> takeNow(SessionClaim claim, BooleanSupplier wanted) {
    var replica = lease.key();
    if (replica.isEmpty()) {
      return Uni.createFrom()
          .failure(new IllegalStateException("this replica has no lease at the database"));
    }
    var key = replica.getAsInt();
    var taking = new Taking(claim, replica(key), config.keptPerDevice(), wanted);
    return taking
        .in(pool)
        .onFailure()
        .invoke(
            failure -> {
              if (taking.mayBeCommitted()) {
                unwritten.add(claim.client());
                unaccepted.add(new Unaccepted(key, claim.client(), claim.connectionId()));
              }
            });
  }

  private Taking.Replica replica(int key) {
    var connections = held;
    return new Taking.Replica(
        key,
        connections == null ? AllHeld.INSTANCE : connections,
        unwritten,
        config.poll().multipliedBy(GRACE_POLLS));
  }

  /** Before anybody has named the connections. */
  private enum AllHeld implements HeldConnections {
    INSTANCE;

    @Override
    public boolean holds(long connectionId) {
      return true;
    }

    @Override
    public Collection<Long> accepted() {
      return List.of();
    }
  }

  @Override
  public void ended(SessionEnd end) {
    unwritten.add(end.client());
    ends.add(end);
  }

  @Override
  public void forget(DeviceAddress device) {
    forgotten.add(device);
  }

  @Override
  public Uni<Void> storeSubscriptions(
      long sessionKey, long epoch, List<StoredSubscription> subscriptions) {
    return pool.use(db -> SessionTable.storeSubscriptions(db, sessionKey, epoch, subscriptions));
  }

  @Override
  public Uni<Boolean> release(long sessionKey, int packetIdentifier) {
    return Uni.createFrom()
        .emitter(waiting -> releases.add(new Release(sessionKey, packetIdentifier, waiting)));
  }

  @Override
  public OutgoingMessages outgoing() {
    return outgoing;
  }

  @Override
  public void compareWith(HeldConnections connections) {
    held = connections;
  }

  @Override
  public void onLost(Consumer<LostSession> listener) {
    listeners.add(listener);
  }

  private void tell(LostSession lost) {
    listeners.forEach(listener -> listener.accept(lost));
  }

  private void tellTakenOver(long connectionId) {
    tell(new LostSession.TakenOver(connectionId));
  }

  private Uni<Void> reconcile(int replicaKey) {
    var connections = held;
    return connections == null
        ? Uni.createFrom().voidItem()
        : reconciliation.compare(replicaKey, connections);
  }

  private Uni<Void> sweep() {
    return removeExpired(MOST_BATCHES)
        .chain(() -> lease.mayJudgeOthers() ? lapsed.condemn() : Uni.createFrom().voidItem())
        // Also by one that was condemned itself: there may be no other.
        .chain(lapsed::buryCondemned);
  }

  /** As many as there are, since they may expire as fast as devices connect. */
  private Uni<Void> removeExpired(int batchesLeft) {
    return chores
        .use(db -> SessionRemoval.expired(db, config.batch()))
        .chain(
            removed ->
                removed < config.batch() || batchesLeft == 1
                    ? Uni.createFrom().voidItem()
                    : removeExpired(batchesLeft - 1));
  }

  private Uni<Void> cleanUp() {
    return wills
        .releaseOrphans()
        .chain(takeovers::forgetOrphans)
        .chain(() -> chores.use(ExactlyOnceTable::forgetOrphans))
        .chain(() -> chores.use(OutgoingTable::forgetOrphans));
  }

  /** Writes what is left, within the shutdown timeout, and gives the lease back. */
  public void stop() {
    var deadline = System.nanoTime() + config.shutdownTimeout().toNanos();
    while (leftToWrite() > 0 && System.nanoTime() < deadline) {
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

  private int leftToWrite() {
    return ends.unwritten()
        + unaccepted.unwritten()
        + releases.unwritten()
        + publishedWills.unwritten()
        + forgotten.unwritten()
        + outgoing.unwritten();
  }
}
