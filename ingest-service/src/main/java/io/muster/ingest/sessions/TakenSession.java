package io.muster.ingest.sessions;

import java.util.List;

/**
 * A session that now belongs to a connection.
 *
 * @param sessionKey the session's row; another one for a new session of the same client
 * @param epoch greater than that of every earlier connection of the client identifier
 * @param present whether it continues an earlier one (MQTT 5 §3.2.2.1.1)
 * @param subscriptions of the earlier one
 */
public record TakenSession(
    long sessionKey, long epoch, boolean present, List<StoredSubscription> subscriptions) {
  public TakenSession {
    subscriptions = List.copyOf(subscriptions);
  }
}
