package io.muster.ingest.sessions;

import java.util.List;

/**
 * A session that now belongs to a connection.
 *
 * @param sessionKey the session's row; another one for a new session of the same client
 * @param epoch greater than that of every earlier connection of the client identifier
 * @param present whether it continues an earlier one (MQTT 5 §3.2.2.1.1)
 * @param subscriptions of the earlier one
 * @param outgoing QoS 2 messages to its client whose exchange is not over, in their order
 */
public record TakenSession(
    long sessionKey,
    long epoch,
    boolean present,
    List<StoredSubscription> subscriptions,
    List<OutgoingMessage> outgoing) {
  public TakenSession {
    subscriptions = List.copyOf(subscriptions);
    outgoing = List.copyOf(outgoing);
  }

  /** With nothing on its way to the client. */
  public TakenSession(
      long sessionKey, long epoch, boolean present, List<StoredSubscription> subscriptions) {
    this(sessionKey, epoch, present, subscriptions, List.of());
  }

  /** The same with what is on its way to the client. */
  TakenSession withOutgoing(List<OutgoingMessage> messages) {
    return new TakenSession(sessionKey, epoch, present, subscriptions, messages);
  }
}
