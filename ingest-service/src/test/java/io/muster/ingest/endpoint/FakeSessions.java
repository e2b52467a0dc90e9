package io.muster.ingest.endpoint;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.sessions.HeldConnections;
import io.muster.ingest.sessions.LostSession;
import io.muster.ingest.sessions.SessionClaim;
import io.muster.ingest.sessions.SessionEnd;
import io.muster.ingest.sessions.Sessions;
import io.muster.ingest.sessions.StoredSubscription;
import io.muster.ingest.sessions.TakenSession;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sessions of one process's memory, with the rules of the real ones as far as they show. */
final class FakeSessions implements Sessions {
  private static final class Row {
    long key;
    long epoch;
    long expirySeconds;
    List<StoredSubscription> subscriptions = List.of();
  }

  /** Lets nobody through until it is open, and then all in their order; also who comes late. */
  private static final class Gate {
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean open;

    void pass(Runnable then) {
      synchronized (this) {
        if (!open) {
          waiting.add(then);
          return;
        }
      }
      then.run();
    }

    synchronized int waiting() {
      return waiting.size();
    }

    void open() {
      synchronized (this) {
        open = true;
      }
      waiting.forEach(Runnable::run);
    }
  }

  final CopyOnWriteArrayList<SessionClaim> claims = new CopyOnWriteArrayList<>();
  final CopyOnWriteArrayList<SessionEnd> ends = new CopyOnWriteArrayList<>();
  final CopyOnWriteArrayList<DeviceAddress> forgotten = new CopyOnWriteArrayList<>();
  final FakeOutgoing outgoing = new FakeOutgoing();
  final Set<String> awaitingRelease = ConcurrentHashMap.newKeySet();
  volatile boolean away;
  volatile boolean answersNever;
  volatile HeldConnections connections;
  private Gate gate = new Gate();
  private volatile boolean holding;
  private final Map<String, Row> rows = new ConcurrentHashMap<>();
  private final AtomicLong keys = new AtomicLong();
  private final AtomicLong epochs = new AtomicLong();
  private volatile Consumer<LostSession> listener;

  @Override
  public void forget(DeviceAddress device) {
    forgotten.add(device);
  }

  @Override
  public synchronized Uni<TakenSession> take(SessionClaim claim, BooleanSupplier wanted) {
    if (away) {
      return Uni.createFrom().failure(new IllegalStateException("the database is away"));
    }
    claims.add(claim);
    if (answersNever) {
      return Uni.createFrom().nothing();
    }
    var former = rows.get(claim.client().value());
    var present = former != null && !claim.cleanStart() && former.expirySeconds > 0;
    var row = present ? former : new Row();
    if (!present) {
      row.key = keys.incrementAndGet();
    }
    row.expirySeconds = claim.expirySeconds();
    row.epoch = epochs.incrementAndGet();
    rows.put(claim.client().value(), row);
    var taken =
        new TakenSession(
            row.key, row.epoch, present, row.subscriptions, outgoing.taken(row.key, row.epoch));
    var held = gate;
    return holding
        ? Uni.createFrom().emitter(client -> held.pass(() -> client.complete(taken)))
        : Uni.createFrom().item(taken);
  }

  /** From now on the database takes its time. */
  synchronized void hold() {
    holding = true;
  }

  /** Those who are waiting wait on; who comes now does not. */
  synchronized void holdNoMore() {
    holding = false;
  }

  synchronized void letGo() {
    holding = false;
    gate.open();
    gate = new Gate();
  }

  @Override
  public synchronized void ended(SessionEnd end) {
    ends.add(end);
    var row = rows.get(end.client().value());
    if (row != null && row.epoch == end.epoch()) {
      row.expirySeconds = end.expirySeconds();
      if (end.expirySeconds() == 0) {
        rows.remove(end.client().value());
      }
    }
  }

  @Override
  public Uni<Void> storeSubscriptions(
      long sessionKey, long epoch, List<StoredSubscription> subscriptions) {
    if (away) {
      return Uni.createFrom().failure(new IllegalStateException("the database is away"));
    }
    rows.values().stream()
        .filter(row -> row.key == sessionKey)
        .forEach(row -> row.subscriptions = List.copyOf(subscriptions));
    return Uni.createFrom().voidItem();
  }

  @Override
  public synchronized Uni<Boolean> release(long sessionKey, int packetIdentifier) {
    Supplier<Boolean> forget = () -> awaitingRelease.remove(sessionKey + ":" + packetIdentifier);
    var held = gate;
    return holding
        ? Uni.createFrom().emitter(client -> held.pass(() -> client.complete(forget.get())))
        : Uni.createFrom().item(forget);
  }

  @Override
  public FakeOutgoing outgoing() {
    return outgoing;
  }

  /** How many wait for the database. */
  synchronized int waiting() {
    return gate.waiting();
  }

  @Override
  public void compareWith(HeldConnections ofThisReplica) {
    connections = ofThisReplica;
  }

  @Override
  public void onLost(Consumer<LostSession> lost) {
    listener = lost;
  }

  void lose(LostSession lost) {
    listener.accept(lost);
  }

  /** The filters that are kept for a client. */
  List<String> stored(String client) {
    return rows.get(client).subscriptions.stream().map(StoredSubscription::filter).toList();
  }

  /** Which sessions there are, by client identifier. */
  Set<String> clients() {
    return new HashSet<>(rows.keySet());
  }
}
