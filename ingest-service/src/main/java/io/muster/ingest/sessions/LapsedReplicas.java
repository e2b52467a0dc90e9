package io.muster.ingest.sessions;

import io.muster.contract.event.SessionEvent;
import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Intake;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
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
 * wills due, lets its sessions expire. One replica at a time works on a dead one, a batch in a
 * transaction; what was announced and not written is announced again. Thread-safe.
 */
final class LapsedReplicas {
  private static final Logger LOG = Logger.getLogger(LapsedReplicas.class);
  private static final String REASON = "replica-lost";

  private static final String DEAD =
      """
      SELECT key, name, boot_id FROM endpoint_replica
      WHERE lease_until < now() ORDER BY key LIMIT 1 FOR UPDATE SKIP LOCKED
      """;

  private static final String HELD =
      """
      SELECT client_identifier, epoch, expiry_seconds, connection_id FROM mqtt_session
      WHERE replica_key = $1 ORDER BY client_identifier LIMIT $2
      """;

  private static final String BURY =
      """
      WITH notices AS (DELETE FROM mqtt_takeover WHERE replica_key = $1)
      DELETE FROM endpoint_replica WHERE key = $1
      """;

  private final Pool pool;
  private final Intake intake;
  private final Clock clock;
  private final int batch;

  LapsedReplicas(Pool pool, Intake intake, Clock clock, int batch) {
    this.pool = pool;
    this.intake = intake;
    this.clock = clock;
    this.batch = batch;
  }

  private record Dead(int key, String name, UUID bootId) {}

  private record Held(SessionEnd end, long connectionId) {}

  /** Ends the next batch of the first dead replica; nothing when all are alive. */
  Uni<Void> endNext() {
    return pool.withTransaction(
        db ->
            db.preparedQuery(DEAD)
                .execute()
                .chain(
                    rows ->
                        rows.size() == 0
                            ? Uni.createFrom().voidItem()
                            : endSessionsOf(db, dead(rows.iterator().next()))));
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
