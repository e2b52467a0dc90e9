package io.muster.endpointfloor;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.sessions.HeldConnections;
import io.muster.ingest.sessions.LostSession;
import io.muster.ingest.sessions.OutgoingMessages;
import io.muster.ingest.sessions.SessionClaim;
import io.muster.ingest.sessions.SessionEnd;
import io.muster.ingest.sessions.Sessions;
import io.muster.ingest.sessions.StoredSubscription;
import io.muster.ingest.sessions.TakenSession;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Every connection begins a session of its own, and none outlives it. Thread-safe. */
final class ForgetfulSessions implements Sessions {
  private final AtomicLong epochs = new AtomicLong();

  @Override
  public Uni<TakenSession> take(SessionClaim claim, BooleanSupplier wanted) {
    var epoch = epochs.incrementAndGet();
    return Uni.createFrom().item(new TakenSession(epoch, epoch, false, List.of()));
  }

  @Override
  public void ended(SessionEnd end) {
    // Nothing was kept.
  }

  @Override
  public void forget(DeviceAddress device) {}

  @Override
  public Uni<Void> storeSubscriptions(
      long sessionKey, long epoch, List<StoredSubscription> subscriptions) {
    return Uni.createFrom().voidItem();
  }

  @Override
  public Uni<Boolean> release(long sessionKey, int packetIdentifier) {
    return Uni.createFrom().item(true);
  }

  @Override
  public OutgoingMessages outgoing() {
    return new ForgetfulOutgoingMessages();
  }

  @Override
  public void compareWith(HeldConnections connections) {
    // There is no database to compare with.
  }

  @Override
  public void onLost(Consumer<LostSession> listener) {
    // No session is ever taken elsewhere.
  }
}
