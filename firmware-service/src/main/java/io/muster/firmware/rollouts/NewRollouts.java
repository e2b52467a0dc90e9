package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.windows.Pace;
import io.vertx.core.json.JsonArray;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/** How rollouts come into the table {@code rollout}. Stateless. */
final class NewRollouts {
  // One at a time for each tenant: what is looked for before is still so afterwards.
  private static final String LOCK_TENANT =
      "SELECT pg_advisory_xact_lock(hashtextextended('rollout/' || $1, 0))";
  private static final String FORGET_KEYS =
      """
      UPDATE rollout SET idempotency_key = NULL
       WHERE tenant = $1 AND idempotency_key IS NOT NULL AND created_at < $2\
      """;
  private static final String BY_KEY =
      """
      SELECT id, request_sha256 FROM rollout
       WHERE tenant = $1 AND idempotency_key = $2 AND created_at >= $3\
      """;
  private static final String COUNT_OPEN =
      "SELECT count(*) FROM rollout WHERE tenant = $1 AND finished_at IS NULL";
  private static final String INSERT =
      """
      INSERT INTO rollout (id, tenant, name, description, distribution_key, rollback_of, plan,
                           approval_required, state, since, steps, look_after, given_at, pace,
                           pace_at, waits_for, due_at, created_at, created_by, started_at,
                           idempotency_key, request_sha256)
      VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10, $11::text::jsonb, '', $10, $12,
              $10, $13, $14, $10, $15, $16, $17, $18)\
      """;

  private NewRollouts() {}

  /**
   * A row.
   *
   * @param description or null
   * @param distributionKey null for a way back
   * @param rollbackOf or null
   * @param idempotencyKey or null
   */
  record Entry(
      UUID id,
      TenantId tenant,
      String name,
      String description,
      Long distributionKey,
      Long rollbackOf,
      PlanBody plan,
      boolean approvalRequired,
      RolloutState state,
      String idempotencyKey,
      byte[] requestSha256) {}

  /** Nobody else makes a rollout for the tenant until the end of the transaction. */
  static void lockTenant(Sql db, TenantId tenant) {
    db.rows(LOCK_TENANT, tenant.value());
  }

  /**
   * The rollout that was made under a key since then.
   *
   * @param notBefore earlier keys are forgotten
   * @throws io.muster.rest.problem.RefusedException (409) when it was another one
   */
  static Optional<UUID> earlier(
      Sql db, TenantId tenant, String key, byte[] requestSha256, Instant notBefore) {
    return db.first(BY_KEY, tenant.value(), key, notBefore)
        .map(
            row -> {
              if (!Arrays.equals(Sql.bytes(row, "request_sha256"), requestSha256)) {
                throw new Refusal.Conflict(
                        ConflictKind.IDEMPOTENCY_KEY_USED,
                        "The Idempotency-Key was used for another rollout.")
                    .asException();
              }
              return row.getUUID("id");
            });
  }

  /** Forgets keys of before then, so that they may stand for something else. */
  static void forgetKeys(Sql db, TenantId tenant, Instant before) {
    db.change(FORGET_KEYS, tenant.value(), before);
  }

  /**
   * @throws io.muster.rest.problem.RefusedException (429) when the tenant has as many open rollouts
   *     as it may
   */
  static void checkRoom(Sql db, TenantId tenant, int most) {
    if (db.number(COUNT_OPEN, tenant.value()) >= most) {
      throw new Refusal.LimitReached("open rollouts of the tenant", most).asException();
    }
  }

  static void insert(Sql db, Entry it, Author author, Instant now) {
    var isDue = it.state() == RolloutState.RUNNING || it.state() == RolloutState.SCHEDULED;
    db.change(
        INSERT,
        it.id(),
        it.tenant().value(),
        it.name(),
        it.description(),
        it.distributionKey(),
        it.rollbackOf(),
        RolloutTable.text(it.plan()),
        it.approvalRequired(),
        it.state().label(),
        now,
        new JsonArray().add(RolloutTable.step(it.state(), null, now)).encode(),
        Pace.fresh(now).credit(),
        it.state() == RolloutState.SCHEDULED ? Turn.START : null,
        isDue ? now : null,
        author.subject(),
        it.state() == RolloutState.RUNNING ? now : null,
        it.idempotencyKey(),
        it.requestSha256());
  }
}
