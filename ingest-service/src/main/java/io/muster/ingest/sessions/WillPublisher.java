package io.muster.ingest.sessions;

import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Publication;
import io.muster.outbox.TimedPool;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Publishes the wills that are due, whichever replica their connection was at: one replica claims a
 * will, gives it to the intake, and deletes it when that has kept it. A claim ends with its
 * replica's lease; one whose answer was lost is made again. Thread-safe.
 */
final class WillPublisher {
  private static final Logger LOG = Logger.getLogger(WillPublisher.class);

  private static final String CLAIM =
      """
      WITH due AS MATERIALIZED (
        SELECT w.epoch FROM mqtt_will w
        WHERE w.due_at <= now() AND NOT w.epoch = ANY ($3)
          AND (w.claimed_by IS NULL OR w.claimed_by = $1 OR NOT EXISTS (
            SELECT 1 FROM endpoint_replica r
            WHERE r.key = w.claimed_by AND r.lease_until > now()))
        ORDER BY w.due_at LIMIT $2 FOR UPDATE OF w SKIP LOCKED)
      UPDATE mqtt_will SET claimed_by = $1 WHERE epoch IN (SELECT epoch FROM due)
      RETURNING\s\
      """
          + WillRows.PUBLISHED;

  private static final String DELETE = "DELETE FROM mqtt_will WHERE epoch = ANY ($1)";

  /** Wills of connections whose session was deleted without a word to them. */
  private static final String RELEASE_ORPHANS =
      """
      UPDATE mqtt_will w SET due_at = now()
      WHERE w.due_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM mqtt_session s WHERE s.epoch = w.epoch
          AND s.client_identifier = w.client_identifier)
      """;

  /** A replica holds at most so many batches of wills while the intake takes none. */
  private static final int MAX_BATCHES = 20;

  private final TimedPool pool;
  private final Intake intake;
  private final Clock clock;
  private final RetriedBatches<Long> published;
  private final int batch;

  /** Of the wills that are being published here, until they are deleted. */
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();

  WillPublisher(
      TimedPool pool, Intake intake, Clock clock, RetriedBatches<Long> published, int batch) {
    this.pool = pool;
    this.intake = intake;
    this.clock = clock;
    this.published = published;
    this.batch = batch;
  }

  /** How a batch of published wills is deleted. */
  Uni<Void> delete(List<Long> epochs) {
    var values = Tuple.tuple().addArrayOfLong(epochs.toArray(Long[]::new));
    return pool.use(db -> db.preparedQuery(DELETE).execute(values))
        .invoke(deleted -> epochs.forEach(underWay::remove))
        .replaceWithVoid();
  }

  Uni<Void> publishDue(int replicaKey) {
    if (underWay.size() >= MAX_BATCHES * batch) {
      return Uni.createFrom().voidItem();
    }
    var values =
        Tuple.tuple()
            .addInteger(replicaKey)
            .addInteger(batch)
            .addArrayOfLong(underWay.toArray(Long[]::new));
    return pool.use(db -> db.preparedQuery(CLAIM).execute(values))
        .invoke(rows -> rows.forEach(this::publish))
        .replaceWithVoid();
  }

  Uni<Void> releaseOrphans() {
    return pool.use(db -> db.preparedQuery(RELEASE_ORPHANS).execute()).replaceWithVoid();
  }

  private void publish(Row row) {
    var epoch = row.getLong(0);
    underWay.add(epoch);
    var topic = DeviceTopic.parse(row.getString(2));
    if (topic.isEmpty()) {
      LOG.warnf("The will of %s is under a topic that is nobody's", row.getString(1));
      published.add(epoch);
      return;
    }
    var now = clock.instant();
    intake.offer(
        new Publication(
            topic.get(),
            Clients.parse(row.getString(1)).device(),
            row.getBuffer(3).getBytes(),
            row.getShort(4),
            row.getBoolean(5),
            row.getString(6),
            WillRows.userProperties(row),
            now,
            null,
            Context.root(),
            WillRows.carried(row, now)),
        outcome -> published.add(epoch));
  }
}
