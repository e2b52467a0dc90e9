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
import java.time.Instant;
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

  /**
   * So long somebody who has just started, or does not reach ingest, waits for what devices said.
   */
  private static final Duration LONGEST_UNHEARD = Duration.ofMinutes(15);

  private final Database database;
  private final Clock clock;
  private final EventIds ids;
  private final Event<Written> listeners;
  private final Instant startedAt;

  Queues(Database database, Clock clock, Event<Written> listeners) {
    this.database = database;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.ids = new EventIds(clock);
    this.listeners = listeners;
  }

  /** Locks and reads the queues of these devices, as far as they have one. */
  public Uni<QueueTransaction> begin(SqlConnection db, Collection<DeviceAddress> devices) {
    return QueueTable.lock(db, devices).flatMap(keys -> begin(db, keys));
  }

  /** Reads queues that this transaction has locked. */
  public Uni<QueueTransaction> begin(SqlConnection db, Long[] locked) {
    var now = clock.instant();
    if (locked.length == 0) {
      return Uni.createFrom().item(new QueueTransaction(db, now, now, ids));
    }
    return Uni.combine()
        .all()
        .unis(QueueTable.read(db, locked), CommandTable.open(db, locked))
        .with(
            (queues, commands) ->
                new QueueTransaction(db, now, judgedAt(queues, now), ids).fill(queues, commands));
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
                        keys ->
                            begin(db, keys)
                                .flatMap(QueueTransaction::write)
                                .map(written -> new Looked(keys.length, written))))
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
                    .flatMap(queues -> QueueTable.lockKeys(db, queues))
                    .flatMap(keys -> begin(db, keys))
                    .invoke(queues -> queues.atBroker(messages))
                    .flatMap(QueueTransaction::write))
        .invoke(this::committed)
        .replaceWithVoid();
  }

  /**
   * As of when it is judged whether devices were silent for too long: what they said after that may
   * wait in ingest's log. When nothing is heard at all for long, it does not count any more.
   */
  private Instant judgedAt(List<LockedQueue> locked, Instant now) {
    var heard = locked.getFirst().heardUntil();
    if (heard == null || heard.isAfter(now)) {
      return now;
    }
    var patienceBegan = heard.isAfter(startedAt) ? heard : startedAt;
    return now.isAfter(patienceBegan.plus(LONGEST_UNHEARD)) ? now : heard;
  }

  private record Looked(int queues, Written written) {}
}
