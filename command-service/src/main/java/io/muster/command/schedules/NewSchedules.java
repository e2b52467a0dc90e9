package io.muster.command.schedules;

import io.muster.command.problem.ConflictKind;
import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/** How schedules come into the table {@code schedule}. Stateless. */
final class NewSchedules {
  // One at a time for each tenant: what is looked for before is still so afterwards.
  private static final String LOCK_TENANT =
      "SELECT pg_advisory_xact_lock(hashtextextended('schedule/' || $1, 0))";
  private static final String FORGET_KEYS =
      """
      UPDATE schedule SET idempotency_key = NULL
       WHERE tenant = $1 AND idempotency_key IS NOT NULL AND created_at < $2\
      """;
  private static final String BY_KEY =
      """
      SELECT id, request_sha256 FROM schedule
       WHERE tenant = $1 AND idempotency_key = $2 AND created_at >= $3\
      """;
  private static final String COUNT_OPEN =
      "SELECT count(*) FROM schedule WHERE tenant = $1 AND finished_at IS NULL";
  private static final String INSERT =
      """
      INSERT INTO schedule (id, tenant, description, created_at, created_by, updated_at, updated_by,
                            state, since, next_at, due_at, idempotency_key, request_sha256, device,
                            what, at, cron, zone, until, catch_up_ms)
      VALUES ($1, $2, $3, $4, $5, $4, $5, 'active', $4, $6, $6, $7, $8, $9, $10, $11, $12, $13, $14,
              $15)\
      """;

  private NewSchedules() {}

  /** Nobody else makes a schedule for the tenant until the end of the transaction. */
  static Uni<Void> lockTenant(SqlConnection db, TenantId tenant) {
    return db.preparedQuery(LOCK_TENANT).execute(Tuple.of(tenant.value())).replaceWithVoid();
  }

  /**
   * The schedule that was made under a key since then; fails with 409 when it was another one.
   *
   * @param notBefore earlier keys are forgotten
   */
  static Uni<Optional<UUID>> earlier(
      SqlConnection db, TenantId tenant, String key, byte[] requestSha256, Instant notBefore) {
    return db.preparedQuery(BY_KEY)
        .execute(Tuple.of(tenant.value(), key, ScheduleTable.time(notBefore)))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              var row = rows.iterator().next();
              if (!Arrays.equals(row.getBuffer("request_sha256").getBytes(), requestSha256)) {
                throw new Refusal.Conflict(
                        ConflictKind.IDEMPOTENCY_KEY_USED,
                        "The Idempotency-Key was used for another schedule.")
                    .asException();
              }
              return Optional.of(row.getUUID("id"));
            });
  }

  /** Forgets keys of before then, so that they may stand for something else. */
  static Uni<Void> forgetKeys(SqlConnection db, TenantId tenant, Instant before) {
    return db.preparedQuery(FORGET_KEYS)
        .execute(Tuple.of(tenant.value(), ScheduleTable.time(before)))
        .replaceWithVoid();
  }

  /** Fails with 429 when the tenant has as many open schedules as it may. */
  static Uni<Void> checkRoom(SqlConnection db, TenantId tenant, int most) {
    return db.preparedQuery(COUNT_OPEN)
        .execute(Tuple.of(tenant.value()))
        .invoke(
            rows -> {
              if (rows.iterator().next().getLong(0) >= most) {
                throw new Refusal.LimitReached("open schedules of the tenant", most).asException();
              }
            })
        .replaceWithVoid();
  }

  /**
   * @param key or null
   */
  static Uni<Void> insert(
      SqlConnection db,
      TenantId tenant,
      UUID id,
      NewSchedule it,
      String author,
      String key,
      Instant now) {
    var values =
        Tuple.of(id, tenant.value())
            .addString(it.description())
            .addOffsetDateTime(ScheduleTable.time(now))
            .addString(author)
            .addOffsetDateTime(ScheduleTable.time(it.nextAt()))
            .addString(key)
            .addValue(Buffer.buffer(it.requestSha256()));
    ScheduleTable.addTask(values, it);
    return db.preparedQuery(INSERT).execute(values).replaceWithVoid();
  }
}
