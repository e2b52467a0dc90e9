package io.muster.registry.presence;

import java.time.Instant;
import java.util.UUID;

/**
 * The last connection of a client that is known. Immutable.
 *
 * @param epoch grows with each connection of the client
 * @param replica that holds or held it; null when it was not told
 * @param bootId the start of that replica; null at a broker of others
 * @param beganAt null when only its end was told
 * @param endedAt null while it lasts
 */
record KnownConnection(long epoch, String replica, UUID bootId, Instant beganAt, Instant endedAt) {

  boolean isLive() {
    return endedAt == null;
  }

  /** At a broker of others, which tells its beginning and its end and nothing else. */
  boolean isElsewhere() {
    return bootId == null;
  }

  KnownConnection ended(Instant at) {
    return new KnownConnection(epoch, replica, bootId, beganAt, at);
  }
}
