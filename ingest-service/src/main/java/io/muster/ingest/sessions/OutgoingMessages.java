package io.muster.ingest.sessions;

import io.smallrye.mutiny.Uni;

/**
 * Keeps the QoS 2 messages to the clients of sessions that outlive their connection, from before
 * PUBLISH until after PUBCOMP. All is said by a connection, which is named by its session's key and
 * its epoch; what one says after another has taken the session has no effect. Thread-safe.
 */
public interface OutgoingMessages {

  /**
   * Keeps a message that is about to be sent.
   *
   * @return whether the session is still the connection's; fails when nobody knows whether it is
   *     kept, as while the database is away: then the message must not be sent, and the identifier
   *     is to be given back by {@link #over}
   */
  Uni<Boolean> begin(long sessionKey, long epoch, OutgoingMessage message);

  /**
   * The client has the message (PUBREC): it must not be sent again.
   *
   * @return whether the session is still the connection's; comes when it is committed, with the
   *     database away when that is back; never fails
   */
  Uni<Boolean> taken(long sessionKey, long epoch, int packetIdentifier);

  /**
   * The client has forgotten the identifier (PUBCOMP), or never heard of it.
   *
   * @return comes when it is committed, with the database away when that is back; never fails
   */
  Uni<Void> over(long sessionKey, long epoch, int packetIdentifier);
}
