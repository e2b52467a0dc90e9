package io.muster.ingest.sessions;

import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Publication;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Publishes the wills that are due, whichever replica their connection was at: one replica claims a
 * will, gives it to the intake, and deletes it when that has kept it. A claim ends with its
 * replica's lease. Thread-safe.
 */
final class WillPublisher {
  private static final Logger LOG = Logger.getLogger(WillPublisher.class);

  private static final String CLAIM =
      """
      UPDATE mqtt_will SET claimed_by = $1
      WHERE epoch IN (
        SELECT w.epoch FROM mqtt_will w
        WHERE w.due_at <= now() AND (w.claimed_by IS NULL OR NOT EXISTS (
          SELECT 1 FROM endpoint_replica r
          WHERE r.key = w.claimed_by AND r.lease_until > now()))
        ORDER BY w.due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING epoch, client_identifier, topic, payload, qos, retain, content_type,
        user_properties
      """;

  private static final String DELETE = "DELETE FROM mqtt_will WHERE epoch = ANY ($1)";

  /** Wills of connections whose session was deleted without a word to them. */
  private static final String RELEASE_ORPHANS =
      """
      UPDATE mqtt_will w SET due_at = now()
      WHERE w.due_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM mqtt_session s WHERE s.epoch = w.epoch
          AND s.client_identifier = w.client_identifier)
      """;

  private final Pool pool;
  private final Intake intake;
  private final Clock clock;
  private final RetriedBatches<Long> published;
  private final int batch;

  WillPublisher(Pool pool, Intake intake, Clock clock, RetriedBatches<Long> published, int batch) {
    this.pool = pool;
    this.intake = intake;
    this.clock = clock;
    this.published = published;
    this.batch = batch;
  }

  /** How a batch of published wills is deleted. */
  static Uni<Void> delete(Pool pool, java.util.List<Long> epochs) {
    return pool.preparedQuery(DELETE)
        .execute(Tuple.tuple().addArrayOfLong(epochs.toArray(Long[]::new)))
        .replaceWithVoid();
  }

  Uni<Void> publishDue(int replicaKey) {
    return pool.preparedQuery(CLAIM)
        .execute(Tuple.of(replicaKey, batch))
        .invoke(rows -> rows.forEach(this::publish))
        .replaceWithVoid();
  }

  Uni<Void> releaseOrphans() {
    return pool.preparedQuery(RELEASE_ORPHANS).execute().replaceWithVoid();
  }

  private void publish(Row row) {
    var epoch = row.getLong(0);
    var topic = DeviceTopic.parse(row.getString(2));
    if (topic.isEmpty()) {
      LOG.warnf("The will of %s is under a topic that is nobody's", row.getString(1));
      published.add(epoch);
      return;
    }
    intake.offer(
        new Publication(
            topic.get(),
            Clients.parse(row.getString(1)).device(),
            row.getBuffer(3).getBytes(),
            row.getShort(4),
            row.getBoolean(5),
            row.getString(6),
            userProperties(row.getJsonObject(7)),
            clock.instant(),
            null,
            Context.root()),
        outcome -> published.add(epoch));
  }

  private static Map<String, String> userProperties(JsonObject json) {
    Map<String, String> properties = new LinkedHashMap<>();
    json.forEach(entry -> properties.put(entry.getKey(), (String) entry.getValue()));
    return properties;
  }
}
