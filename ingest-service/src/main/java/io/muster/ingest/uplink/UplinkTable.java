package io.muster.ingest.uplink;

import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.UUID;

/** The one row of {@code uplink}. Stateless. */
final class UplinkTable {
  private static final String READ = "SELECT log, position, last_id FROM uplink";
  private static final String FIRST =
      "INSERT INTO uplink (log, position) VALUES ($1, $2) ON CONFLICT DO NOTHING";
  private static final String KEEP = "UPDATE uplink SET log = $1, position = $2, last_id = $3";
  private static final String LAST = "SELECT last_sequence FROM outbox_counter";

  private UplinkTable() {}

  /**
   * How far the hub is known to have come.
   *
   * @param log the identity of this site's log
   * @param lastId the entry at that position; null when it is not known
   */
  record Kept(UUID log, long position, UUID lastId) {}

  /**
   * What is kept; where nothing is yet, the log gets its identity.
   *
   * @param start the position before the first entry that the log still has
   */
  static Uni<Kept> read(TimedPool pool, long start) {
    return pool.use(
        db ->
            read(db)
                .chain(
                    kept ->
                        kept != null
                            ? Uni.createFrom().item(kept)
                            : db.preparedQuery(FIRST)
                                .execute(Tuple.of(UUID.randomUUID(), start))
                                // Another instance may have been first.
                                .chain(() -> read(db))));
  }

  private static Uni<Kept> read(SqlClient db) {
    return db.query(READ)
        .execute()
        .map(rows -> rows.size() == 0 ? null : kept(rows.iterator().next()));
  }

  private static Kept kept(Row row) {
    return new Kept(row.getUUID(0), row.getLong(1), row.getUUID(2));
  }

  static Uni<Void> keep(SqlClient db, Kept kept) {
    return db.preparedQuery(KEEP)
        .execute(Tuple.of(kept.log(), kept.position(), kept.lastId()))
        .replaceWithVoid();
  }

  /** The last number that the log has given. */
  static Uni<Long> last(SqlClient db) {
    return db.query(LAST).execute().map(rows -> rows.iterator().next().getLong(0));
  }
}
