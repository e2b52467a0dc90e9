package io.muster.endpointfloor;

import io.muster.ingest.sessions.OutgoingMessage;
import io.muster.ingest.sessions.OutgoingMessages;
import io.smallrye.mutiny.Uni;

/** Says of everything that it is kept, and keeps nothing. Thread-safe. */
final class ForgetfulOutgoingMessages implements OutgoingMessages {
  @Override
  public Uni<Boolean> begin(long sessionKey, long epoch, OutgoingMessage message) {
    return Uni.createFrom().item(true);
  }

  @Override
  public Uni<Boolean> taken(long sessionKey, long epoch, int packetIdentifier) {
    return Uni.createFrom().item(true);
  }

  @Override
  public Uni<Void> over(long sessionKey, long epoch, int packetIdentifier) {
    return Uni.createFrom().voidItem();
  }
}
