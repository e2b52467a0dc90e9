package io.muster.registry.credentials;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;

/**
 * The table {@code idempotent_request}. Its reader holds the lock of the device's row, so two
 * requests with one key follow one another. Thread-safe.
 */
@ApplicationScoped
class IdempotentRequests {
  private static final String FIND =
      "SELECT request_sha256, credential_id FROM idempotent_request"
          + " WHERE device_key = ?1 AND idempotency_key = ?2 AND created_at > ?3";
  private static final String STORE =
      "INSERT INTO idempotent_request"
          + " (device_key, idempotency_key, request_sha256, credential_id, created_at)"
          + " VALUES (?1, ?2, ?3, ?4, ?5)"
          + " ON CONFLICT (device_key, idempotency_key) DO UPDATE"
          + " SET request_sha256 = excluded.request_sha256,"
          + " credential_id = excluded.credential_id, created_at = excluded.created_at";
  // A few with each write keep the table small without a job of its own.
  private static final String PRUNE =
      "WITH oldest AS MATERIALIZED ("
          + "SELECT device_key, idempotency_key FROM idempotent_request WHERE created_at <= ?1"
          + " ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED)"
          + " DELETE FROM idempotent_request WHERE (device_key, idempotency_key) IN ("
          + "SELECT device_key, idempotency_key FROM oldest)";

  private final CredentialLimits limits;
  private final Clock clock;

  IdempotentRequests(CredentialLimits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Null when there is none, or none that is still remembered. */
  Uni<IdempotentRequest> find(int deviceKey, IdempotencyKey key) {
    var since = clock.instant().minus(limits.idempotencyKept());
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(FIND, Object[].class)
                    .setParameter(1, deviceKey)
                    .setParameter(2, key.value())
                    .setParameter(3, since)
                    .getSingleResultOrNull())
        .map(row -> row == null ? null : new IdempotentRequest((byte[]) row[0], (UUID) row[1]));
  }

  Uni<Void> store(int deviceKey, IdempotencyKey key, byte[] requestSha256, UUID credential) {
    var now = clock.instant();
    return Panache.getSession()
        .call(
            session ->
                session
                    .createNativeQuery(STORE)
                    .setParameter(1, deviceKey)
                    .setParameter(2, key.value())
                    .setParameter(3, requestSha256)
                    .setParameter(4, credential)
                    .setParameter(5, now)
                    .executeUpdate())
        .chain(
            session ->
                session
                    .createNativeQuery(PRUNE)
                    .setParameter(1, now.minus(limits.idempotencyKept()))
                    .executeUpdate())
        .replaceWithVoid();
  }
}
