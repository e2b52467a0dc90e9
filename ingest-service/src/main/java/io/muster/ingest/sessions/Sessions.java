package io.muster.ingest.sessions;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The MQTT sessions of all replicas. One connection holds a client identifier at a time; which one
 * is decided here, by the epoch. Thread-safe.
 */
public interface Sessions {

  /**
   * Takes a client identifier's session for a connection: the next epoch, the old will's fate, the
   * new will. When this has succeeded, any other connection of the identifier is about to close.
   *
   * @param wanted whether the connection still waits for it; asked on any thread, and the last time
   *     when nobody can come in between any more
   * @return fails while the database is away, and when it is not wanted any more
   */
  Uni<TakenSession> take(SessionClaim claim, BooleanSupplier wanted);

  /**
   * Notes that a connection has ended. It is kept until it is written, also while the database is
   * away; without effect when another connection has taken the session.
   */
  void ended(SessionEnd end);

  /**
   * Keeps a session's subscriptions for its next connection.
   *
   * @return fails while the database is away
   */
  Uni<Void> storeSubscriptions(long sessionKey, long epoch, List<StoredSubscription> subscriptions);

  /**
   * Removes all sessions of a device that was deleted: one that is made later under the same name
   * gets nothing that was for this one. It is done also when the database is away, once it is back.
   */
  void forget(DeviceAddress device);

  /**
   * Forgets a QoS 2 identifier that awaited its PUBREL.
   *
   * @return whether it was there; comes when it is committed, with the database away when that is
   *     back; never fails
   */
  Uni<Boolean> release(long sessionKey, int packetIdentifier);

  /** Where the QoS 2 messages to the clients of sessions that are kept are kept. */
  OutgoingMessages outgoing();

  /**
   * Names the connections of this replica, with which is compared now and then what the database
   * holds.
   */
  void compareWith(HeldConnections connections);

  /** Registers who closes the connections whose session was taken elsewhere. On any thread. */
  void onLost(Consumer<LostSession> listener);
}
