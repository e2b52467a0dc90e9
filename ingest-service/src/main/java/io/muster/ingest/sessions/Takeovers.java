package io.muster.ingest.sessions;

import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The notices for connections of this replica that lost their session. A notice is deleted after it
 * was told, since an answer may be lost; told twice it does no harm. Thread-safe.
 */
final class Takeovers {
  private static final String PENDING =
      "SELECT connection_id FROM mqtt_takeover WHERE replica_key = $1 LIMIT $2";
  private static final String TOLD =
      "DELETE FROM mqtt_takeover WHERE replica_key = $1 AND connection_id = ANY ($2)";

  /** Of replicas that are no more. */
  private static final String FORGET_ORPHANS =
      """
      DELETE FROM mqtt_takeover t
      WHERE NOT EXISTS (SELECT 1 FROM endpoint_replica r WHERE r.key = t.replica_key)
      """;

  private final TimedPool pool;
  private final int batch;
  private final LongConsumer tell;

  /**
   * @param tell hears the ids of the connections
   */
  Takeovers(TimedPool pool, int batch, LongConsumer tell) {
    this.pool = pool;
    this.batch = batch;
    this.tell = tell;
  }

  Uni<Void> tellPending(int replicaKey) {
    return pool.use(db -> db.preparedQuery(PENDING).execute(Tuple.of(replicaKey, batch)))
        .map(
            rows -> {
              List<Long> ids = new ArrayList<>(rows.size());
              rows.forEach(row -> ids.add(row.getLong(0)));
              return ids;
            })
        .invoke(ids -> ids.forEach(tell::accept))
        .chain(ids -> ids.isEmpty() ? Uni.createFrom().voidItem() : delete(replicaKey, ids));
  }

  private Uni<Void> delete(int replicaKey, List<Long> told) {
    var values = Tuple.tuple().addInteger(replicaKey).addArrayOfLong(told.toArray(Long[]::new));
    return pool.use(db -> db.preparedQuery(TOLD).execute(values)).replaceWithVoid();
  }

  Uni<Void> forgetOrphans() {
    return pool.use(db -> db.preparedQuery(FORGET_ORPHANS).execute()).replaceWithVoid();
  }
}
