package io.muster.registry.shadow;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * The table {@code shadow_pending_delta}: deltas that somebody is subscribed to and has not
 * acknowledged. A row is touched with its shadow locked. Stateless.
 */
final class PendingDeltas {
  private static final String EXPECT =
      "INSERT INTO shadow_pending_delta (shadow_key, family, message_id, attempts, resend_at)"
          + " SELECT v.key, v.family, v.message_id, 0, $4"
          + " FROM unnest($1::int[], $2::smallint[], $3::uuid[]) AS v (key, family, message_id)"
          + " WHERE "
          + heard("v.key", "v.family")
          + " ON CONFLICT (shadow_key, family) DO UPDATE SET message_id = excluded.message_id,"
          + " attempts = 0, resend_at = excluded.resend_at";
  private static final String DELIVERED =
      "DELETE FROM shadow_pending_delta WHERE message_id = ANY($1)";
  private static final String DUE =
      """
      SELECT p.shadow_key, p.family, p.attempts, s.device_key, s.name, t.id AS tenant, d.id AS device
        FROM shadow_pending_delta p
        JOIN shadow s ON s.key = p.shadow_key
        JOIN device d ON d.key = s.device_key
        JOIN tenant t ON t.key = d.tenant_key
       WHERE p.resend_at <= $1
       ORDER BY p.resend_at LIMIT $2""";
  private static final String GIVE_UP =
      "DELETE FROM shadow_pending_delta p"
          + " WHERE p.shadow_key = ANY($1) AND p.resend_at <= $2 AND (p.attempts >= $3 OR NOT "
          + heard("p.shadow_key", "p.family")
          + ")";
  private static final String TAKE =
      """
      UPDATE shadow_pending_delta
         SET attempts = attempts + 1,
             resend_at = $2::timestamptz + ($3::bigint << attempts) * interval '1 millisecond'
       WHERE shadow_key = ANY($1) AND resend_at <= $2
      RETURNING shadow_key, family""";
  private static final String SENT =
      """
      UPDATE shadow_pending_delta p SET message_id = v.message_id
        FROM unnest($1::int[], $2::smallint[], $3::uuid[]) AS v (key, family, message_id)
       WHERE p.shadow_key = v.key AND p.family = v.family""";

  private PendingDeltas() {}

  /** Whether somebody is subscribed. */
  private static String heard(String shadowKey, String family) {
    return """
        EXISTS (SELECT FROM shadow_listener l JOIN shadow s ON s.device_key = l.device_key
                 WHERE s.key = %s AND l.family = %s
                   AND (l.name = s.name OR (l.name = '*' AND s.name <> '')))"""
        .formatted(shadowKey, family);
  }

  /** Remembers deltas that were sent, as far as somebody is subscribed to them. */
  static Uni<Void> expect(SqlClient transaction, List<SentDelta> deltas, Instant resendAt) {
    if (deltas.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var values = batch(deltas).addOffsetDateTime(ShadowTable.utc(resendAt));
    return transaction.preparedQuery(EXPECT).execute(values).replaceWithVoid();
  }

  /** Some subscriber has them. */
  static Uni<Void> delivered(SqlClient transaction, Collection<UUID> messages) {
    return messages.isEmpty()
        ? Uni.createFrom().voidItem()
        : transaction
            .preparedQuery(DELIVERED)
            .execute(Tuple.of(messages.toArray(UUID[]::new)))
            .replaceWithVoid();
  }

  /** Which are to be sent again; without locks, so what is due is asked again when it has one. */
  static Uni<List<DueDelta>> due(SqlClient client, Instant now, int most) {
    return client
        .preparedQuery(DUE)
        .execute(Tuple.of(ShadowTable.utc(now), most))
        .map(rows -> StreamSupport.stream(rows.spliterator(), false).map(DueDelta::of).toList());
  }

  /** Forgets those that were sent often enough, or that nobody is subscribed to any more. */
  static Uni<Void> giveUp(
      SqlClient transaction, Collection<Integer> shadowKeys, Instant now, int attempts) {
    return transaction
        .preparedQuery(GIVE_UP)
        .execute(Tuple.of(shadowKeys.toArray(Integer[]::new), ShadowTable.utc(now), attempts))
        .replaceWithVoid();
  }

  /** Counts an attempt for those of the shadows that are due still, and says which they are. */
  static Uni<List<DueDelta.Id>> take(
      SqlClient transaction, Collection<Integer> shadowKeys, Instant now, Duration resendAfter) {
    return transaction
        .preparedQuery(TAKE)
        .execute(
            Tuple.of(
                shadowKeys.toArray(Integer[]::new),
                ShadowTable.utc(now),
                resendAfter.toMillis() * 2))
        .map(rows -> StreamSupport.stream(rows.spliterator(), false).map(DueDelta.Id::of).toList());
  }

  /** Under which ids they went now. */
  static Uni<Void> sent(SqlClient transaction, List<SentDelta> deltas) {
    return deltas.isEmpty()
        ? Uni.createFrom().voidItem()
        : transaction.preparedQuery(SENT).execute(batch(deltas)).replaceWithVoid();
  }

  private static Tuple batch(List<SentDelta> deltas) {
    return Tuple.of(
        deltas.stream().map(SentDelta::shadowKey).toArray(Integer[]::new),
        deltas.stream().map(it -> (short) it.family().ordinal()).toArray(Short[]::new),
        deltas.stream().map(SentDelta::messageId).toArray(UUID[]::new));
  }
}
