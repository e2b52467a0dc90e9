package io.muster.firmware.rollouts;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.muster.windows.Pace;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

/** The table {@code rollout}, as far as its course goes. Stateless. */
final class RolloutTable {
  private static final String COLUMNS =
      """
      key, id, tenant, distribution_key, rollback_of, plan::text AS plan, state, created_by,
      look_after, look_again_at, grouped, given, given_at, pace, pace_at, calling_off,
      calling_off_seen
      """;

  // Due again after the lease: should this instance die, another one goes on.
  private static final String CLAIM =
      """
      UPDATE rollout SET due_at = $2
       WHERE key = (SELECT key FROM rollout WHERE due_at <= $1 ORDER BY due_at LIMIT 1
                       FOR UPDATE SKIP LOCKED)
      RETURNING\s\
      """
          + COLUMNS;
  private static final String LOCK =
      "SELECT " + COLUMNS + " FROM rollout WHERE key = $1 FOR UPDATE";
  private static final String LOCK_BY_ID =
      "SELECT " + COLUMNS + " FROM rollout WHERE tenant = $1 AND id = $2 FOR UPDATE";
  private static final String WRITE =
      """
      UPDATE rollout
         SET steps = CASE WHEN state = $2 THEN steps ELSE steps || $11::text::jsonb END,
             since = CASE WHEN state = $2 THEN since ELSE $4 END,
             started_at = CASE WHEN $2 = 'running' THEN coalesce(started_at, $4) ELSE started_at END,
             state = $2, reason = $3, given = $5, given_at = $6, pace = $7, pace_at = $8,
             calling_off = $9, calling_off_seen = $10, waits_for = $12, due_at = $13,
             finished_at = CASE WHEN $14 THEN coalesce(finished_at, $4) END
       WHERE key = $1\
      """;
  private static final String LOOKED =
      """
      UPDATE rollout SET look_after = $3, look_again_at = least(look_again_at, $4)
       WHERE key = $1 AND look_after = $2\
      """;
  private static final String BEGIN_LOOKING =
      """
      UPDATE rollout SET look_after = '', look_again_at = NULL
       WHERE key = $1 AND look_after IS NULL AND look_again_at <= $2\
      """;
  private static final String ASK_LATER =
      """
      UPDATE rollout SET due_at = greatest(due_at, $2), waits_for = 'registry'
       WHERE key = $1 AND state = 'running'\
      """;

  // The earlier of both: a change need not wait for a continuous rollout's own time, and many
  // changes do not put it off.
  private static final String LOOK_AGAIN =
      """
      UPDATE rollout
         SET look_again_at = least(look_again_at, $2),
             due_at = least(due_at, look_again_at, $2)
       WHERE ($1::text[] IS NULL OR tenant = ANY ($1)) AND finished_at IS NULL
         AND (plan->>'continuous')::boolean\
      """;

  private RolloutTable() {}

  /**
   * The one that has waited longest and that nobody else works on; for so long it is this one's.
   */
  static Optional<Rollout> claim(Sql db, Instant now, Duration lease) {
    return db.first(CLAIM, now, now.plus(lease)).map(RolloutTable::read);
  }

  /** Waits for others; empty when it is gone. */
  static Optional<Rollout> lock(Sql db, long key) {
    return db.first(LOCK, key).map(RolloutTable::read);
  }

  /** Waits for others; empty when the tenant has none. */
  static Optional<Rollout> lock(Sql db, TenantId tenant, UUID id) {
    return db.first(LOCK_BY_ID, tenant.value(), id).map(RolloutTable::read);
  }

  /**
   * Writes how far it has come.
   *
   * @param reason of its state, or null
   * @param waitsFor or null
   * @param dueAt null for never
   */
  static void write(
      Sql db, Rollout it, String reason, String waitsFor, Instant dueAt, Instant now) {
    db.change(
        WRITE,
        it.key(),
        it.state().label(),
        reason,
        now,
        it.given(),
        it.givenAt(),
        it.pace().credit(),
        it.pace().at(),
        it.callingOff(),
        it.callingOffSeen(),
        new JsonArray().add(step(it.state(), reason, now)).encode(),
        waitsFor,
        dueAt,
        it.state().isFinal());
  }

  /**
   * Devices have been looked for from one place to another.
   *
   * @param to null for the end
   * @param again when they are looked for again at the latest, or null
   * @return false when somebody else has done it
   */
  static boolean looked(Sql db, long key, String from, String to, Instant again) {
    return db.change(LOOKED, key, from, to, again) == 1;
  }

  /** Looks for devices from the beginning when it is time for that. */
  static void beginLooking(Sql db, long key, Instant now) {
    db.change(BEGIN_LOOKING, key, now);
  }

  /** The registry did not say which devices there are. */
  static void askLater(Sql db, long key, Instant at) {
    db.change(ASK_LATER, key, at);
  }

  /** Only when it is looked at next. */
  static void dueAt(Sql db, long key, Instant dueAt) {
    db.change("UPDATE rollout SET due_at = $2 WHERE key = $1", key, dueAt);
  }

  /** Nothing of it is to be taken back any more. */
  static void calledOff(Sql db, long key) {
    db.change("UPDATE rollout SET calling_off = false WHERE key = $1", key);
  }

  /** It is decided which group a device is in. */
  static void grouped(Sql db, long key) {
    db.change("UPDATE rollout SET grouped = true WHERE key = $1", key);
  }

  /** The devices of these tenants' continuous rollouts are looked for again. */
  static void lookAgain(Sql db, Collection<TenantId> tenants, Instant at) {
    var names = tenants.stream().map(TenantId::value).distinct().toArray(String[]::new);
    db.change(LOOK_AGAIN, names, at);
  }

  /** Those of all tenants. */
  static void allLookAgain(Sql db, Instant at) {
    db.change(LOOK_AGAIN, null, at);
  }

  /** Whether a tenant may do nothing for now. */
  static boolean isSuspended(Sql db, TenantId tenant) {
    return db.first("SELECT 1 FROM suspended_tenant WHERE tenant = $1", tenant.value()).isPresent();
  }

  /** The form of the column {@code plan}. */
  static String text(PlanBody plan) {
    try {
      return ContractJson.mapper().writeValueAsString(plan);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static PlanBody plan(Row row) {
    try {
      return ContractJson.mapper().readValue(row.getString("plan"), PlanBody.class);
    } catch (JsonProcessingException foreign) {
      throw new IllegalStateException("a rollout's plan cannot be read", foreign);
    }
  }

  /** One element of the column {@code steps}. */
  static JsonArray step(RolloutState state, String reason, Instant at) {
    return new JsonArray().add(state.label()).add(reason).add(at.toString());
  }

  private static Rollout read(Row row) {
    return new Rollout(
        row.getLong("key"),
        row.getUUID("id"),
        new TenantId(row.getString("tenant")),
        row.getLong("distribution_key"),
        row.getLong("rollback_of"),
        Plan.of(plan(row)),
        RolloutState.of(row.getString("state")),
        row.getString("created_by"),
        row.getString("look_after"),
        Sql.instant(row, "look_again_at"),
        row.getBoolean("grouped"),
        row.getLong("given"),
        Sql.instant(row, "given_at"),
        new Pace(row.getDouble("pace"), Sql.instant(row, "pace_at")),
        row.getBoolean("calling_off"),
        row.getBoolean("calling_off_seen"));
  }
}
