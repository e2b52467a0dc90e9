package io.muster.ingest.sessions;

import io.muster.contract.event.SessionEvent;
import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Intake;
import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Ends what a dead replica held: tells the other services that its connections are gone, makes its
 * wills due, lets its sessions expire. First it is condemned, after which it cannot come back; then
 * batch after batch is ended, each in a transaction, one replica at a time working on a dead one;
 * what was announced and not written is announced again. Thread-safe.
 */
final class LapsedReplicas {
  private static final Logger LOG = Logger.getLogger(LapsedReplicas.class);
  private static final String REASON = "replica-lost";

  private static final String CONDEMN =
      """
      UPDATE endpoint_replica SET condemned = true
      WHERE NOT condemned AND lease_until < now() RETURNING name
      """;

  private static final String CONDEMNED =
      """
      SELECT key, name, boot_id FROM endpoint_replica
      WHERE condemned ORDER BY key LIMIT 1 FOR UPDATE SKIP LOCKED
      """;

  private static final String HELD =
      """
      SELECT client_identifier, epoch, expiry_seconds, connection_id FROM mqtt_session
      WHERE replica_key = $1 ORDER BY client_identifier LIMIT $2
      """;

  /** Fails when one of its connections has taken a session after all; then it is one more batch. */
  private static final String BURY =
      """
      WITH notices AS (DELETE FROM mqtt_takeover WHERE replica_key = $1)
      DELETE FROM endpoint_replica WHERE key = $1
      """;

  private final TimedPool pool;
  private final Intake intake;
  private final Clock clock;
  private final int batch;

  LapsedReplicas(TimedPool pool, Intake intake, Clock clock, int batch) {
    this.pool = pool;
    this.intake = intake;
    this.clock = clock;
    this.batch = batch;
  }

  private record Dead(int key, String name, UUID bootId) {}

  private record Held(SessionEnd end, long connectionId) {}

  /** Finds those whose lease has lapsed; they cannot renew it from now on. */
  Uni<Void> condemn() {
    return pool.use(db -> db.preparedQuery(CONDEMN).execute())
        .invoke(
            rows ->
                rows.forEach(
                    row -> LOG.warnf("Replica %s has fallen silent", row.getString("name"))))
        .replaceWithVoid();
  }

  /** Ends all that the condemned held, whoever condemned them. */
  Uni<Void> buryCondemned() {
    return pool.inTransaction(this::nextBatch)
        .chain(more -> more ? buryCondemned() : Uni.createFrom().voidItem());
  }

  /** Whether there may be more to end. */
  private Uni<Boolean> nextBatch(SqlConnection db) {
    return db.preparedQuery(CONDEMNED)
        .execute()
        .chain(
            rows ->
                rows.size() == 0
                    ? Uni.createFrom().item(false)
                    : endSessionsOf(db, dead(rows.iterator().next())).replaceWith(true));
  }

  private static Dead dead(Row row) {
    return new Dead(row.getInteger(0), row.getString(1), row.getUUID(2));
  }

  private Uni<Void> endSessionsOf(SqlConnection db, Dead replica) {
    return db.preparedQuery(HELD)
        .execute(Tuple.of(replica.key, batch))
        .map(LapsedReplicas::held)
        .call(held -> announce(replica, held))
        .call(held -> SessionTable.end(db, held.stream().map(Held::end).toList()))
        .chain(held -> held.size() < batch ? bury(db, replica) : Uni.createFrom().voidItem());
  }

  private static List<Held> held(RowSet<Row> rows) {
    List<Held> held = new ArrayList<>(rows.size());
    for (var row : rows) {
      var client = Clients.parse(row.getString(0));
      held.add(
          new Held(new SessionEnd(client, row.getLong(1), row.getLong(2), true), row.getLong(3)));
    }
    return held;
  }

  private Uni<Void> announce(Dead replica, List<Held> held) {
    if (held.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    LOG.infof("Ending %d sessions of replica %s, which is gone", held.size(), replica.name);
    var all = held.stream().map(it -> announce(replica, it)).toList();
    return Uni.join().all(all).andFailFast().replaceWithVoid();
  }

  private Uni<Void> announce(Dead replica, Held held) {
    var client = held.end.client();
    var event =
        new SessionEvent(
            replica.name,
            replica.bootId.toString(),
            held.connectionId,
            held.end.epoch(),
            client.value(),
            clock.instant(),
            REASON);
    return Uni.createFrom()
        .emitter(
            emitter ->
                intake.announce(
                    new Announcement("session/disconnected", client.device(), event),
                    outcome -> emitter.complete(null)));
  }

  private static Uni<Void> bury(SqlConnection db, Dead replica) {
    return db.preparedQuery(BURY).execute(Tuple.of(replica.key)).replaceWithVoid();
  }
}
