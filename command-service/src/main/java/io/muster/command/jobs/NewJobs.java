package io.muster.command.jobs;

import io.muster.command.problem.ConflictKind;
import io.muster.contract.id.TenantId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.windows.Pace;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** How jobs come into the table {@code job}. Stateless. */
final class NewJobs {
  // One at a time for each tenant: what is looked for before is still so afterwards.
  private static final String LOCK_TENANT =
      "SELECT pg_advisory_xact_lock(hashtextextended('job/' || $1, 0))";
  // In the order of their keys, as others lock several.
  private static final String FORGET_KEYS =
      """
      WITH old AS MATERIALIZED (
        SELECT key FROM job
         WHERE tenant = $1 AND idempotency_key IS NOT NULL AND created_at < $2
         ORDER BY key FOR UPDATE)
      UPDATE job SET idempotency_key = NULL WHERE key = ANY (ARRAY(SELECT key FROM old))\
      """;
  private static final String BY_KEY =
      """
      SELECT id, request_sha256 FROM job
       WHERE tenant = $1 AND idempotency_key = $2 AND created_at >= $3\
      """;
  private static final String COUNT_OPEN =
      "SELECT count(*) FROM job WHERE tenant = $1 AND finished_at IS NULL";
  private static final String INSERT =
      """
      INSERT INTO job (id, tenant, description, created_at, created_by, name, content_type, payload,
                       traceparent, tracestate, one_way, qos, time_to_live_ms, response_timeout_ms,
                       retries, min_backoff_ms, max_backoff_ms, plan, state, since, steps,
                       look_after, released_at, pace, pace_at, due_at, idempotency_key,
                       request_sha256)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
              $4, $20, '', $4, $21, $4, $4, $22, $23)\
      """;

  private NewJobs() {}

  /** Nobody else makes a job for the tenant until the end of the transaction. */
  static Uni<Void> lockTenant(SqlConnection db, TenantId tenant) {
    return db.preparedQuery(LOCK_TENANT).execute(Tuple.of(tenant.value())).replaceWithVoid();
  }

  /**
   * The job that was made under a key since then; fails with 409 when it was another one.
   *
   * @param notBefore earlier keys are forgotten
   */
  static Uni<Optional<UUID>> earlier(
      SqlConnection db, TenantId tenant, String key, byte[] requestSha256, Instant notBefore) {
    return db.preparedQuery(BY_KEY)
        .execute(Tuple.of(tenant.value(), key, JobTable.time(notBefore)))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              var row = rows.iterator().next();
              if (!Arrays.equals(row.getBuffer("request_sha256").getBytes(), requestSha256)) {
                throw new Refusal.Conflict(
                        ConflictKind.IDEMPOTENCY_KEY_USED,
                        "The Idempotency-Key was used for another job.")
                    .asException();
              }
              return Optional.of(row.getUUID("id"));
            });
  }

  /** Forgets keys of before then, so that they may stand for something else. */
  static Uni<Void> forgetKeys(SqlConnection db, TenantId tenant, Instant before) {
    return db.preparedQuery(FORGET_KEYS)
        .execute(Tuple.of(tenant.value(), JobTable.time(before)))
        .replaceWithVoid();
  }

  /** Fails with 429 when the tenant has as many open jobs as it may. */
  static Uni<Void> checkRoom(SqlConnection db, TenantId tenant, int most) {
    return db.preparedQuery(COUNT_OPEN)
        .execute(Tuple.of(tenant.value()))
        .invoke(
            rows -> {
              if (rows.iterator().next().getLong(0) >= most) {
                throw new Refusal.LimitReached("open jobs of the tenant", most).asException();
              }
            })
        .replaceWithVoid();
  }

  /**
   * @param key or null
   * @param trace W3C trace context of the request
   */
  static Uni<Void> insert(
      SqlConnection db,
      TenantId tenant,
      UUID id,
      NewJob job,
      Author author,
      String key,
      Map<String, String> trace,
      Instant now) {
    var state = job.plan().startAt() == null ? JobState.RUNNING : JobState.SCHEDULED;
    var command = job.command();
    var terms = command.terms();
    var values =
        Tuple.of(id, tenant.value())
            .addString(job.description())
            .addOffsetDateTime(JobTable.time(now))
            .addString(author.subject())
            .addString(command.name())
            .addString(command.contentType())
            .addValue(Buffer.buffer(command.payload()))
            .addString(trace.get("traceparent"))
            .addString(trace.get("tracestate"))
            .addBoolean(terms.oneWay())
            .addShort((short) terms.qos())
            .addLong(job.timeToLive().toMillis())
            .addLong(terms.responseTimeout().toMillis())
            .addInteger(terms.retries())
            .addLong(terms.minBackoff().toMillis())
            .addLong(terms.maxBackoff().toMillis())
            .addValue(JobTable.plan(job.plan()))
            .addString(state.label())
            .addValue(new JsonArray().add(JobTable.step(state, null, now)))
            .addDouble(Pace.fresh(now).credit())
            .addString(key)
            .addValue(Buffer.buffer(job.requestSha256()));
    return db.preparedQuery(INSERT).execute(values).replaceWithVoid();
  }
}
