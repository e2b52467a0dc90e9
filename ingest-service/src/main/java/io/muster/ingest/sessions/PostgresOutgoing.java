package io.muster.ingest.sessions;

import io.muster.ingest.sessions.OutgoingTable.Begun;
import io.muster.ingest.sessions.OutgoingTable.Key;
import io.muster.ingest.sessions.OutgoingTable.Kind;
import io.muster.ingest.sessions.OutgoingTable.Step;
import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * QoS 2 messages to devices in PostgreSQL. While one batch is written the next gathers; a batch of
 * new messages is tried once, since the services send again what was not delivered, all else until
 * it is written. Thread-safe.
 */
final class PostgresOutgoing implements OutgoingMessages {
  private final TimedPool pool;
  private final RetriedBatches<Begun> begun;
  private final RetriedBatches<Step> steps;

  PostgresOutgoing(TimedPool pool, SessionsConfig config, ScheduledExecutorService timer) {
    this.pool = pool;
    begun =
        new RetriedBatches<>(
            "QoS 2 messages to devices", config.batch(), config.retry(), timer, this::begin);
    steps =
        new RetriedBatches<>(
            "Answers of devices to QoS 2 messages",
            config.batch(),
            config.retry(),
            timer,
            batch -> pool.use(db -> OutgoingTable.step(db, batch)));
  }

  private Uni<Void> begin(List<Begun> batch) {
    return pool.use(db -> OutgoingTable.begin(db, batch))
        .onFailure()
        .recoverWithUni(
            failure -> {
              batch.forEach(it -> it.waiting().fail(failure));
              return Uni.createFrom().voidItem();
            });
  }

  @Override
  public Uni<Boolean> begin(long sessionKey, long epoch, OutgoingMessage message) {
    var key = new Key(sessionKey, message.packetIdentifier(), epoch);
    return Uni.createFrom()
        .emitter(waiting -> begun.add(new Begun(key, message.message(), waiting)));
  }

  @Override
  public Uni<Boolean> taken(long sessionKey, long epoch, int packetIdentifier) {
    return step(Kind.TAKEN, new Key(sessionKey, packetIdentifier, epoch));
  }

  @Override
  public Uni<Void> over(long sessionKey, long epoch, int packetIdentifier) {
    return step(Kind.OVER, new Key(sessionKey, packetIdentifier, epoch)).replaceWithVoid();
  }

  private Uni<Boolean> step(Kind kind, Key key) {
    return Uni.createFrom().emitter(waiting -> steps.add(new Step(kind, key, waiting)));
  }

  /** How many steps are not written yet. */
  int unwritten() {
    return steps.unwritten();
  }
}
