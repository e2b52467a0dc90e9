package io.muster.command.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.TenantId;
import io.muster.windows.Pace;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/** The table {@code job}, as far as its course goes. Stateless. */
final class JobTable {
  private static final String COLUMNS =
      """
      key, id, tenant, plan, time_to_live_ms, state, look_after, look_again_at, released,
      released_at, pace, pace_at, calling_off, calling_off_sent
      """;

  // Due again after the lease: should this instance die, another one goes on.
  private static final String CLAIM =
      """
      UPDATE job SET due_at = $2
       WHERE key = (SELECT key FROM job WHERE due_at <= $1 ORDER BY due_at LIMIT 1
                       FOR UPDATE SKIP LOCKED)
      RETURNING\s\
      """
          + COLUMNS;
  private static final String LOCK = "SELECT " + COLUMNS + " FROM job WHERE key = $1 FOR UPDATE";
  private static final String LOCK_BY_ID =
      "SELECT " + COLUMNS + " FROM job WHERE tenant = $1 AND id = $2 FOR UPDATE";

  private static final String WRITE =
      """
      UPDATE job
         SET steps = CASE WHEN state = $2 THEN steps ELSE steps || $14::jsonb END,
             since = CASE WHEN state = $2 THEN since ELSE $4 END,
             state = $2, reason = $3, look_after = $5, look_again_at = $6, released = $7,
             released_at = $8, pace = $9, pace_at = $10, calling_off = $11, calling_off_sent = $12,
             due_at = $13, waits_for = $15,
             finished_at = CASE WHEN $16 THEN coalesce(finished_at, $4) END
       WHERE key = $1\
      """;
  private static final String DUE_AT = "UPDATE job SET due_at = $2, waits_for = $3 WHERE key = $1";
  private static final String CALLED_OFF =
      "UPDATE job SET calling_off = false, due_at = NULL WHERE key = $1";
  private static final String ASK_LATER =
      """
      UPDATE job SET due_at = $2, waits_for = 'registry'
       WHERE key = $1 AND state = 'running' AND look_after IS NOT NULL\
      """;
  private static final String LOOKED =
      """
      UPDATE job SET look_after = $3, look_again_at = least(look_again_at, $4)
       WHERE key = $1 AND look_after = $2\
      """;
  private static final String BEGIN_LOOKING =
      """
      UPDATE job SET look_after = '', look_again_at = NULL
       WHERE key = $1 AND look_after IS NULL AND look_again_at <= $2\
      """;
  // The earlier of both: a change need not wait for a continuous job's own time, and many changes
  // do not put it off. In the order of their keys, as others lock several.
  private static final String ALL_LOOK_AGAIN =
      """
      WITH continuous AS MATERIALIZED (
        SELECT key FROM job
         WHERE finished_at IS NULL AND (plan->>'continuous')::boolean
         ORDER BY key FOR UPDATE)
      UPDATE job
         SET look_again_at = least(look_again_at, $1),
             due_at = CASE WHEN state = 'running' THEN least(due_at, look_again_at, $1)
                           ELSE due_at END
       WHERE key = ANY (ARRAY(SELECT key FROM continuous))\
      """;
  private static final String LOOK_AGAIN =
      ALL_LOOK_AGAIN.replace("WHERE finished_at", "WHERE tenant = ANY ($2) AND finished_at");

  private JobTable() {}

  /**
   * The one that has waited longest and that nobody else works on; for so long it is this one's. It
   * is read with {@link #job} after the commit: one that cannot be read is in nobody's way.
   */
  static Uni<Optional<Row>> claim(SqlConnection db, Instant now, Duration lease) {
    return db.preparedQuery(CLAIM)
        .execute(Tuple.of(time(now), time(now.plus(lease))))
        .map(rows -> rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next()));
  }

  /** Waits for others; empty when it is gone. */
  static Uni<Optional<Job>> lock(SqlConnection db, long key) {
    return db.preparedQuery(LOCK).execute(Tuple.of(key)).map(JobTable::first);
  }

  /** Waits for others; empty when the tenant has none. */
  static Uni<Optional<Job>> lock(SqlConnection db, TenantId tenant, UUID id) {
    return db.preparedQuery(LOCK_BY_ID).execute(Tuple.of(tenant.value(), id)).map(JobTable::first);
  }

  /**
   * Writes how far it has come.
   *
   * @param reason of its state, or null
   * @param waitsFor or null
   * @param dueAt null for never
   */
  static Uni<Void> write(
      SqlConnection db, Job job, String reason, String waitsFor, Instant dueAt, Instant now) {
    var values =
        Tuple.tuple()
            .addLong(job.key())
            .addString(job.state().label())
            .addString(reason)
            .addOffsetDateTime(time(now))
            .addString(job.lookAfter())
            .addOffsetDateTime(time(job.lookAgainAt()))
            .addLong(job.released())
            .addOffsetDateTime(time(job.releasedAt()))
            .addDouble(job.pace().credit())
            .addOffsetDateTime(time(job.pace().at()))
            .addBoolean(job.callingOff())
            .addBoolean(job.callingOffSent())
            .addOffsetDateTime(time(dueAt))
            .addValue(new JsonArray().add(step(job.state(), reason, now)))
            .addString(waitsFor)
            .addBoolean(job.state().isFinal());
    return db.preparedQuery(WRITE).execute(values).replaceWithVoid();
  }

  /** Only when it is looked at next, and why not now. */
  static Uni<Void> dueAt(SqlConnection db, long key, Instant dueAt, String waitsFor) {
    return db.preparedQuery(DUE_AT)
        .execute(Tuple.of(key, time(dueAt)).addString(waitsFor))
        .replaceWithVoid();
  }

  /** None of its commands is to be called off any more. */
  static Uni<Void> calledOff(SqlConnection db, long key) {
    return db.preparedQuery(CALLED_OFF).execute(Tuple.of(key)).replaceWithVoid();
  }

  /**
   * Devices have been looked for from one place to another.
   *
   * @param to null for the end
   * @param again when they are looked for again at the latest, or null
   * @return false when somebody else has done it
   */
  static Uni<Boolean> looked(SqlConnection db, long key, String from, String to, Instant again) {
    return db.preparedQuery(LOOKED)
        .execute(Tuple.of(key, from).addString(to).addOffsetDateTime(time(again)))
        .map(rows -> rows.rowCount() == 1);
  }

  /** The registry did not say which devices there are. */
  static Uni<Void> askLater(SqlConnection db, long key, Instant at) {
    return db.preparedQuery(ASK_LATER).execute(Tuple.of(key, time(at))).replaceWithVoid();
  }

  /** Looks for devices from the beginning when it is time for that. */
  static Uni<Void> beginLooking(SqlConnection db, long key, Instant now) {
    return db.preparedQuery(BEGIN_LOOKING).execute(Tuple.of(key, time(now))).replaceWithVoid();
  }

  /** The devices of these tenants' continuous jobs are looked for again, once for many changes. */
  static Uni<Void> lookAgain(SqlConnection db, String[] tenants, Instant at) {
    return db.preparedQuery(LOOK_AGAIN).execute(Tuple.of(time(at), tenants)).replaceWithVoid();
  }

  static Uni<Void> allLookAgain(SqlConnection db, Instant at) {
    return db.preparedQuery(ALL_LOOK_AGAIN).execute(Tuple.of(time(at))).replaceWithVoid();
  }

  /** The form of the column {@code plan}. */
  static JsonObject plan(PlanBody plan) {
    try {
      return new JsonObject(ContractJson.mapper().writeValueAsString(plan));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static PlanBody plan(Row row) {
    try {
      return ContractJson.mapper()
          .readValue(((JsonObject) row.getValue("plan")).encode(), PlanBody.class);
    } catch (JsonProcessingException foreign) {
      throw new IllegalStateException("a job's plan cannot be read", foreign);
    }
  }

  /** One element of the column {@code steps}. */
  static JsonArray step(JobState state, String reason, Instant at) {
    return new JsonArray().add(state.label()).add(reason).add(at.toString());
  }

  static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  private static Optional<Job> first(RowSet<Row> rows) {
    var found = rows.iterator();
    return found.hasNext() ? Optional.of(job(found.next())) : Optional.empty();
  }

  /**
   * Reads a row.
   *
   * @throws RuntimeException when it makes no sense any more, such as a time zone that is gone
   */
  static Job job(Row row) {
    return new Job(
        row.getLong("key"),
        row.getUUID("id"),
        new TenantId(row.getString("tenant")),
        Plan.of(plan(row)),
        Duration.ofMillis(row.getLong("time_to_live_ms")),
        JobState.of(row.getString("state")),
        row.getString("look_after"),
        instant(row, "look_again_at"),
        row.getLong("released"),
        instant(row, "released_at"),
        new Pace(row.getDouble("pace"), instant(row, "pace_at")),
        row.getBoolean("calling_off"),
        row.getBoolean("calling_off_sent"));
  }
}
