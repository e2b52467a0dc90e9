package io.muster.registry.presence;

import java.time.Instant;
import java.util.UUID;

/**
 * What is stored of a device's presence. Immutable.
 *
 * @param since null while it is unknown, like the reason
 * @param lastSeen null when it never was
 * @param keepAliveSeconds of the connection that was heard last; 0 for none
 * @param heardBy the start of the replica that heard of it last; null for nobody's
 * @param changes how many there were
 * @param lookAt when it is looked whether it has fallen silent; null: not decided yet
 */
record PresenceState(
    PresenceStatus status,
    Instant since,
    String reason,
    Instant lastSeen,
    int keepAliveSeconds,
    UUID heardBy,
    long changes,
    Instant lookAt) {
  static final PresenceState NEVER_HEARD =
      new PresenceState(PresenceStatus.UNKNOWN, null, null, null, 0, null, 0, null);

  PresenceState seen(Instant at) {
    return new PresenceState(status, since, reason, at, keepAliveSeconds, heardBy, changes, lookAt);
  }

  PresenceState heard(UUID by, int keepAlive) {
    return new PresenceState(status, since, reason, lastSeen, keepAlive, by, changes, lookAt);
  }

  PresenceState become(PresenceStatus next, String why, Instant at) {
    return new PresenceState(next, at, why, lastSeen, keepAliveSeconds, heardBy, changes + 1, null);
  }

  PresenceState lookAt(Instant at) {
    return new PresenceState(
        status, since, reason, lastSeen, keepAliveSeconds, heardBy, changes, at);
  }
}
