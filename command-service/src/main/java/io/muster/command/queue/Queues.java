package io.muster.command.queue;

import io.muster.command.database.Database;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.EventIds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * How commands change: under the lock of their device's queue, and never otherwise. Thread-safe.
 */
@ApplicationScoped
public class Queues {
  private static final String FORGET =
      """
      WITH old AS MATERIALIZED (
        SELECT key FROM command WHERE finished_at < $1 AND job_key IS NULL
         ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      DELETE FROM command USING old WHERE command.key = old.key\
      """;

  private final Database database;
  private final Clock clock;
  private final EventIds ids;
  private final Event<Written> listeners;

  Queues(Database database, Clock clock, Event<Written> listeners) {
    this.database = database;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.listeners = listeners;
  }

  /** Locks and reads the queues of these devices, as far as they have one. */
  public Uni<QueueTransaction> begin(SqlConnection db, Collection<DeviceAddress> devices) {
    return QueueTable.lock(db, devices).flatMap(locked -> begin(db, locked));
  }

  /** Tells what was committed to whoever waits for it. */
  public void committed(Written written) {
    if (!written.isNothing()) {
      listeners.fire(written);
    }
  }

  /**
   * Looks at queues whose time has come, in one transaction.
   *
   * @return how many
   */
  Uni<Integer> lookAtDue(int limit) {
    return database
        .inTransaction(
            db ->
                QueueTable.lockDue(db, clock.instant(), limit)
                    .flatMap(
                        locked ->
                            begin(db, locked)
                                .flatMap(QueueTransaction::write)
                                .map(written -> new Looked(locked.size(), written))))
        .invoke(looked -> committed(looked.written()))
        .map(Looked::queues);
  }

  /**
   * Deletes some of the commands that ended longer ago than that; those of jobs go with them.
   *
   * @return how many
   */
  Uni<Integer> forgetFinished(Duration keepFor, int limit) {
    var before = clock.instant().minus(keepFor).atOffset(ZoneOffset.UTC);
    return database.use(
        db -> db.preparedQuery(FORGET).execute(Tuple.of(before, limit)).map(it -> it.rowCount()));
  }

  /** The broker has these messages. */
  Uni<Void> atBroker(List<UUID> messages) {
    return database
        .inTransaction(
            db ->
                CommandTable.queuesOfMessages(db, messages)
                    .flatMap(keys -> QueueTable.lockKeys(db, keys))
                    .flatMap(locked -> begin(db, locked))
                    .invoke(queues -> queues.atBroker(messages))
                    .flatMap(QueueTransaction::write))
        .invoke(this::committed)
        .replaceWithVoid();
  }

  private Uni<QueueTransaction> begin(SqlConnection db, List<LockedQueue> locked) {
    return QueueTransaction.begin(db, locked, clock.instant(), ids);
  }

  private record Looked(int queues, Written written) {}
}
