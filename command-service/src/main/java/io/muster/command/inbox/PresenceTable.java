package io.muster.command.inbox;

import io.muster.command.aws.Listening;
import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * Who is connected and who listens, as ingest tells it. An older epoch of a client never undoes a
 * newer one, in whatever order they come. Stateless.
 */
final class PresenceTable {
  private static final String CONNECTED =
      """
      INSERT INTO connection AS c (client_identifier, tenant, device, epoch, alive, changed_at)
      VALUES ($1, $2, $3, $4, true, $5)
      ON CONFLICT (client_identifier) DO UPDATE
        SET tenant = excluded.tenant, device = excluded.device, epoch = excluded.epoch,
            alive = true, changed_at = excluded.changed_at
      WHERE c.epoch < excluded.epoch\
      """;
  private static final String LISTENS =
      """
      INSERT INTO listener AS l (client_identifier, tenant, device, epoch)
      SELECT client_identifier, $2, $3, epoch FROM connection
       WHERE client_identifier = $1 AND epoch = $4 AND alive
      ON CONFLICT (client_identifier, tenant, device) DO UPDATE SET epoch = excluded.epoch
      WHERE l.epoch < excluded.epoch\
      """;

  // A row of its own when the beginning was never told: a late beginning must not count either.
  private static final String DISCONNECTED =
      """
      INSERT INTO connection AS c (client_identifier, tenant, device, epoch, alive, changed_at)
      VALUES ($1, $2, $3, $4, false, $5)
      ON CONFLICT (client_identifier) DO UPDATE
        SET epoch = excluded.epoch, alive = false, changed_at = excluded.changed_at
      WHERE c.epoch <= excluded.epoch\
      """;
  private static final String PRUNE =
      """
      WITH old AS MATERIALIZED (
        SELECT client_identifier FROM connection WHERE NOT alive AND changed_at < $1
         ORDER BY changed_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      DELETE FROM connection AS c USING old WHERE c.client_identifier = old.client_identifier\
      """;

  private PresenceTable() {}

  static Uni<Void> connected(SqlConnection db, Step.Connected it) {
    return db.preparedQuery(CONNECTED)
        .execute(row(it.client(), it.device(), it.epoch(), it.at()))
        .replaceWithVoid();
  }

  static Uni<Void> listens(SqlConnection db, Listening it) {
    return db.preparedQuery(LISTENS)
        .execute(
            Tuple.of(
                it.client(),
                it.device().tenant().value(),
                it.device().device().value(),
                it.epoch()))
        .replaceWithVoid();
  }

  static Uni<Void> disconnected(SqlConnection db, Step.Disconnected it) {
    return db.preparedQuery(DISCONNECTED)
        .execute(row(it.client(), it.device(), it.epoch(), it.at()))
        .replaceWithVoid();
  }

  /**
   * Forgets some of those that ended long ago.
   *
   * @param limit how many at most
   * @return how many
   */
  static Uni<Integer> prune(SqlConnection db, Instant now, Duration keepFor, int limit) {
    return db.preparedQuery(PRUNE)
        .execute(Tuple.of(now.minus(keepFor).atOffset(ZoneOffset.UTC), limit))
        .map(RowSet::rowCount);
  }

  /** Nobody knows any more who is there, until {@link Retelling} has asked. */
  static Uni<Void> forgetAll(SqlConnection db, Instant now) {
    return GapTable.open(db, now)
        .flatMap(done -> db.query("DELETE FROM connection").execute())
        .flatMap(
            done ->
                db.preparedQuery("UPDATE device_queue SET look_at = $1 WHERE open_commands > 0")
                    .execute(Tuple.of(now.atOffset(ZoneOffset.UTC))))
        .replaceWithVoid();
  }

  private static Tuple row(String client, DeviceAddress device, long epoch, Instant at) {
    return Tuple.of(
        client,
        device.tenant().value(),
        device.device().value(),
        epoch,
        at.atOffset(ZoneOffset.UTC));
  }
}
