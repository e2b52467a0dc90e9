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
import java.util.Optional;
import java.util.UUID;

/**
 * The table {@code idempotent_request}. Its reader holds the lock of the device's queue, so two
 * requests with one key follow one another. Thread-safe.
 */
@ApplicationScoped
class IdempotentRequests {
  private static final String FIND =
      "SELECT request_sha256, command_id FROM idempotent_request"
          + " WHERE queue_key = $1 AND idempotency_key = $2 AND created_at > $3";
  private static final String STORE =
      "INSERT INTO idempotent_request"
          + " (queue_key, idempotency_key, request_sha256, command_id, created_at)"
          + " VALUES ($1, $2, $3, $4, $5)"
          + " ON CONFLICT (queue_key, idempotency_key) DO UPDATE"
          + " SET request_sha256 = excluded.request_sha256,"
          + " command_id = excluded.command_id, created_at = excluded.created_at";
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

  /** What a key stood for. */
  record Earlier(byte[] requestSha256, UUID command) {}

  IdempotentRequests(CommandLimits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  Uni<Optional<Earlier>> find(SqlConnection db, long queueKey, IdempotencyKey key) {
    return db.preparedQuery(FIND)
        .execute(Tuple.of(queueKey, key.value(), forgottenBefore()))
        .map(
            rows -> {
              var found = rows.iterator();
              if (!found.hasNext()) {
                return Optional.empty();
              }
              var row = found.next();
              return Optional.of(new Earlier(row.getBuffer(0).getBytes(), row.getUUID(1)));
            });
  }

  Uni<Void> store(
      SqlConnection db, long queueKey, IdempotencyKey key, byte[] requestSha256, UUID command) {
    return db.preparedQuery(STORE)
        .execute(
            Tuple.of(
                queueKey,
                key.value(),
                Buffer.buffer(requestSha256),
                command,
                clock.instant().atOffset(ZoneOffset.UTC)))
        .flatMap(done -> db.preparedQuery(PRUNE).execute(Tuple.of(forgottenBefore())))
        .replaceWithVoid();
  }

  private OffsetDateTime forgottenBefore() {
    return clock.instant().minus(limits.idempotencyKept()).atOffset(ZoneOffset.UTC);
  }
}
