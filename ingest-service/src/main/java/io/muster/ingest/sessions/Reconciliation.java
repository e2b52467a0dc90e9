package io.muster.ingest.sessions;

import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;

/**
 * Compares now and then what the database says this replica holds with what it does hold. Nothing
 * should ever be found: what is, comes of an answer that was lost. One comparison at a time.
 */
final class Reconciliation {
  private static final Logger LOG = Logger.getLogger(Reconciliation.class);

  private static final String HELD =
      """
      SELECT client_identifier, epoch, expiry_seconds, connection_id FROM mqtt_session
      WHERE replica_key = $1
      """;

  private final TimedPool pool;
  private final Unwritten unwritten;
  private final LongConsumer lost;
  private final Consumer<SessionEnd> end;

  /** Epochs that were held by nobody the last time. */
  private volatile Set<Long> suspects = Set.of();

  /**
   * @param lost hears of connections whose session is not theirs any more
   * @param end ends sessions that nobody holds
   */
  Reconciliation(TimedPool pool, Unwritten unwritten, LongConsumer lost, Consumer<SessionEnd> end) {
    this.pool = pool;
    this.unwritten = unwritten;
    this.lost = lost;
    this.end = end;
  }

  Uni<Void> compare(int replicaKey, HeldConnections held) {
    // Before the rows are read: whoever was accepted before then has its row by then.
    var accepted = new HashSet<>(held.accepted());
    return pool.use(db -> db.preparedQuery(HELD).execute(Tuple.of(replicaKey)))
        .invoke(rows -> compare(rows, accepted, held))
        .replaceWithVoid();
  }

  private void compare(RowSet<Row> rows, Set<Long> accepted, HeldConnections held) {
    Set<Long> unheld = new HashSet<>();
    for (var row : rows) {
      accepted.remove(row.getLong(3));
      var left = SessionTable.unpublished(row);
      // In this order: an end is handed over before its connection is forgotten.
      if (!held.holds(row.getLong(3)) && !unwritten.has(left.client())) {
        unheld.add(left.epoch());
        // Only at the second sight: its end may have been written after the rows were read.
        if (suspects.contains(left.epoch())) {
          LOG.warnf("The session of %s was held by nobody", left.client().value());
          end.accept(left);
        }
      }
    }
    suspects = Set.copyOf(unheld);
    for (var connection : accepted) {
      LOG.warnf("Connection %d had lost its session without a word", connection);
      lost.accept(connection);
    }
  }
}
