package io.muster.command.commands;

import io.muster.rest.idempotency.IdempotencyKey;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The table {@code idempotent_request}. Its reader holds the lock of the device's queue, so two
 * requests with one key follow one another. Thread-safe.
 */
@ApplicationScoped
class IdempotentRequests {
  private static final String FIND =
      """
      SELECT r.queue_key, r.idempotency_key, r.request_sha256, r.command_id
        FROM idempotent_request AS r
        JOIN unnest($1::bigint[], $2::text[]) AS a (queue_key, idempotency_key)
          ON r.queue_key = a.queue_key AND r.idempotency_key = a.idempotency_key
       WHERE r.created_at > $3\
      """;
  private static final String STORE =
      """
      INSERT INTO idempotent_request
        (queue_key, idempotency_key, request_sha256, command_id, created_at)
      SELECT n.*, $5::timestamptz FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::uuid[]) AS n
      ON CONFLICT (queue_key, idempotency_key) DO UPDATE
         SET request_sha256 = excluded.request_sha256, command_id = excluded.command_id,
             created_at = excluded.created_at\
      """;
  // A few with each write keep the table small without a job of its own.
  private static final String PRUNE =
      "WITH oldest AS MATERIALIZED ("
          + "SELECT queue_key, idempotency_key FROM idempotent_request WHERE created_at <= $1"
          + " ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED)"
          + " DELETE FROM idempotent_request AS r USING oldest"
          + " WHERE r.queue_key = oldest.queue_key"
          + " AND r.idempotency_key = oldest.idempotency_key";

  private final CommandLimits limits;
  private final Clock clock;

  /** A key belongs to a device. */
  record Key(long queue, IdempotencyKey key) {}

  /** What a key stands for. */
  record Earlier(byte[] requestSha256, UUID command) {}

  IdempotentRequests(CommandLimits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** What those of the keys stood for that were used. */
  Uni<Map<Key, Earlier>> find(SqlConnection db, Collection<Key> keys) {
    if (keys.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    var queues = keys.stream().map(Key::queue).toArray(Long[]::new);
    var values = keys.stream().map(it -> it.key().value()).toArray(String[]::new);
    return db.preparedQuery(FIND)
        .execute(Tuple.of(queues, values, forgottenBefore()))
        .map(
            rows -> {
              Map<Key, Earlier> found = new HashMap<>();
              rows.forEach(
                  row ->
                      found.put(
                          new Key(row.getLong(0), new IdempotencyKey(row.getString(1))),
                          new Earlier(row.getBuffer(2).getBytes(), row.getUUID(3))));
              return found;
            });
  }

  Uni<Void> store(SqlConnection db, Map<Key, Earlier> used) {
    if (used.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var entries = List.copyOf(used.entrySet());
    var values =
        Tuple.of(
            entries.stream().map(it -> it.getKey().queue()).toArray(Long[]::new),
            entries.stream().map(it -> it.getKey().key().value()).toArray(String[]::new),
            entries.stream()
                .map(it -> Buffer.buffer(it.getValue().requestSha256()))
                .toArray(Buffer[]::new),
            entries.stream().map(it -> it.getValue().command()).toArray(UUID[]::new),
            clock.instant().atOffset(ZoneOffset.UTC));
    return db.preparedQuery(STORE)
        .execute(values)
        .flatMap(done -> db.preparedQuery(PRUNE).execute(Tuple.of(forgottenBefore())))
        .replaceWithVoid();
  }

  private OffsetDateTime forgottenBefore() {
    return clock.instant().minus(limits.idempotencyKept()).atOffset(ZoneOffset.UTC);
  }
}
