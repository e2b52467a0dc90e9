package io.muster.ingest.endpoint;

import io.muster.ingest.sessions.OutgoingMessage;
import io.muster.ingest.sessions.OutgoingMessages;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** QoS 2 messages to devices in one process's memory, with the rules of the real ones. */
final class FakeOutgoing implements OutgoingMessages {
  private final Map<Long, Map<Integer, OutgoingMessage>> rows = new ConcurrentHashMap<>();
  private final Map<Long, Long> owners = new ConcurrentHashMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;
  private boolean away;

  /** The session goes over to a connection. */
  synchronized List<OutgoingMessage> taken(long sessionKey, long epoch) {
    owners.put(sessionKey, epoch);
    return List.copyOf(of(sessionKey).values());
  }

  /** What is kept of a session. */
  synchronized Map<Integer, OutgoingMessage> of(long sessionKey) {
    return rows.computeIfAbsent(sessionKey, key -> new LinkedHashMap<>());
  }

  /** The time of all that is kept of a session, and not yet taken, is over. */
  synchronized void expire(long sessionKey) {
    of(sessionKey)
        .replaceAll((id, row) -> new OutgoingMessage(id, expired(row.message(), Instant.EPOCH)));
  }

  private static OutgoingMessage.Message expired(OutgoingMessage.Message message, Instant at) {
    return message == null
        ? null
        : new OutgoingMessage.Message(
            message.topic(),
            message.payload(),
            message.payloadFormat(),
            message.contentType(),
            message.responseTopic(),
            message.correlationData(),
            message.userProperties(),
            message.subscriptionIdentifiers(),
            at);
  }

  private boolean owns(long sessionKey, long epoch) {
    return owners.getOrDefault(sessionKey, 0L) == epoch;
  }

  @Override
  public synchronized Uni<Boolean> begin(long sessionKey, long epoch, OutgoingMessage message) {
    if (away) {
      return Uni.createFrom().failure(new IllegalStateException("the database is away"));
    }
    return when(
        () ->
            owns(sessionKey, epoch)
                && of(sessionKey).put(message.packetIdentifier(), message) != message);
  }

  @Override
  public synchronized Uni<Boolean> taken(long sessionKey, long epoch, int packetIdentifier) {
    return when(
        () ->
            owns(sessionKey, epoch)
                && of(sessionKey)
                        .replace(packetIdentifier, new OutgoingMessage(packetIdentifier, null))
                    != null);
  }

  @Override
  public synchronized Uni<Void> over(long sessionKey, long epoch, int packetIdentifier) {
    return when(() -> owns(sessionKey, epoch) && of(sessionKey).remove(packetIdentifier) != null)
        .replaceWithVoid();
  }

  private Uni<Boolean> when(Supplier<Boolean> done) {
    return holding || away
        ? Uni.createFrom().emitter(client -> keep(() -> client.complete(done.get())))
        : Uni.createFrom().item(done);
  }

  /** Unless the database has come back since it was asked. */
  private synchronized void keep(Runnable asked) {
    if (holding || away) {
      held.add(asked);
    } else {
      asked.run();
    }
  }

  /** From now on the database takes its time. */
  synchronized void hold() {
    holding = true;
  }

  /** How many wait for the database. */
  synchronized int waiting() {
    return held.size();
  }

  synchronized void goAway() {
    away = true;
  }

  /** The database is back, and does what it was asked for. */
  synchronized void letGo() {
    holding = false;
    away = false;
    var all = List.copyOf(held);
    held.clear();
    all.forEach(Runnable::run);
  }
}
