package io.muster.command.schedules;

import io.muster.contract.id.TenantId;
import io.muster.windows.CronTime;
import io.smallrye.mutiny.Uni;
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

/** The table {@code schedule}, as far as its course goes. Stateless. */
final class ScheduleTable {
  private static final String COLUMNS =
      """
      key, id, tenant, version, updated_by, device, what, at, cron, zone, until, catch_up_ms, state,
      next_at, trouble
      """;

  // Due again after the lease: should this instance die, another one goes on.
  private static final String CLAIM =
      """
      UPDATE schedule SET due_at = $2
       WHERE key = (SELECT key FROM schedule WHERE due_at <= $1 ORDER BY due_at LIMIT 1
                       FOR UPDATE SKIP LOCKED)
      RETURNING\s\
      """
          + COLUMNS;
  private static final String LOCK_UNCHANGED =
      """
      SELECT 1 FROM schedule
       WHERE key = $1 AND version = $2 AND next_at = $3 AND state = 'active' FOR UPDATE\
      """;
  private static final String LOCK_BY_ID =
      "SELECT " + COLUMNS + " FROM schedule WHERE tenant = $1 AND id = $2 FOR UPDATE";
  private static final String WAIT =
      """
      UPDATE schedule
         SET state = CASE WHEN $2::timestamptz IS NULL THEN 'finished' ELSE 'active' END,
             since = CASE WHEN $2::timestamptz IS NOT NULL AND state = 'active' THEN since
                          ELSE $3::timestamptz END,
             next_at = $2::timestamptz, due_at = $2::timestamptz, trouble = NULL,
             finished_at = CASE WHEN $2::timestamptz IS NULL THEN $3::timestamptz END
       WHERE key = $1\
      """;
  private static final String TRY_AGAIN =
      """
      UPDATE schedule SET due_at = $4, trouble = $5
       WHERE key = $1 AND version = $2 AND next_at = $3 AND state = 'active'\
      """;
  private static final String PAUSE =
      """
      UPDATE schedule
         SET state = 'paused', since = $2, next_at = NULL, due_at = NULL, trouble = NULL
       WHERE key = $1\
      """;
  private static final String CHANGED =
      """
      UPDATE schedule SET version = version + 1, updated_at = $2, updated_by = $3 WHERE key = $1\
      """;
  private static final String REPLACE =
      """
      UPDATE schedule
         SET description = $2, device = $3, what = $4, at = $5, cron = $6, zone = $7, until = $8,
             catch_up_ms = $9
       WHERE key = $1\
      """;
  private static final String DELETE = "DELETE FROM schedule WHERE key = $1";
  private static final String FORGET =
      """
      WITH old AS MATERIALIZED (
        SELECT key FROM schedule WHERE finished_at < $1 ORDER BY finished_at LIMIT $2
           FOR UPDATE SKIP LOCKED)
      DELETE FROM schedule USING old WHERE schedule.key = old.key\
      """;

  private ScheduleTable() {}

  /**
   * The one that has waited longest and that nobody else has taken; for so long it is this one's.
   * It is read with {@link #schedule} after the commit: one that cannot be read is in nobody's way.
   */
  static Uni<Optional<Row>> claim(SqlConnection db, Instant now, Duration lease) {
    return db.preparedQuery(CLAIM)
        .execute(Tuple.of(time(now), time(now.plus(lease))))
        .map(rows -> rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next()));
  }

  /** Waits for others; false when one of them has fired or changed it. */
  static Uni<Boolean> lockUnchanged(SqlConnection db, Schedule it) {
    return db.preparedQuery(LOCK_UNCHANGED)
        .execute(Tuple.of(it.key(), it.version(), time(it.nextAt())))
        .map(rows -> rows.size() == 1);
  }

  /** Waits for others; empty when the tenant has none. */
  static Uni<Optional<Schedule>> lock(SqlConnection db, TenantId tenant, UUID id) {
    return db.preparedQuery(LOCK_BY_ID)
        .execute(Tuple.of(tenant.value(), id))
        .map(ScheduleTable::first);
  }

  /** It fires at its next time, or is finished when there is none. */
  static Uni<Void> waitFor(SqlConnection db, long key, Optional<Instant> next, Instant now) {
    return db.preparedQuery(WAIT)
        .execute(Tuple.of(key, time(next.orElse(null)), time(now)))
        .replaceWithVoid();
  }

  /** Nobody has fired or changed it meanwhile, or nothing happens. */
  static Uni<Void> tryAgain(SqlConnection db, Schedule it, Instant at, String trouble) {
    var values = Tuple.of(it.key(), it.version(), time(it.nextAt()), time(at)).addString(trouble);
    return db.preparedQuery(TRY_AGAIN).execute(values).replaceWithVoid();
  }

  static Uni<Void> pause(SqlConnection db, long key, Instant now) {
    return db.preparedQuery(PAUSE).execute(Tuple.of(key, time(now))).replaceWithVoid();
  }

  /** It has another version. */
  static Uni<Void> changed(SqlConnection db, long key, String by, Instant now) {
    return db.preparedQuery(CHANGED).execute(Tuple.of(key, time(now), by)).replaceWithVoid();
  }

  /** It sends something else, at other times. */
  static Uni<Void> replace(SqlConnection db, long key, NewSchedule it) {
    var values = Tuple.tuple().addLong(key).addString(it.description());
    addTask(values, it);
    return db.preparedQuery(REPLACE).execute(values).replaceWithVoid();
  }

  static Uni<Void> delete(SqlConnection db, long key) {
    return db.preparedQuery(DELETE).execute(Tuple.of(key)).replaceWithVoid();
  }

  /**
   * Deletes some of those that ended before.
   *
   * @return how many
   */
  static Uni<Integer> forget(SqlConnection db, Instant before, int limit) {
    return db.preparedQuery(FORGET).execute(Tuple.of(time(before), limit)).map(RowSet::rowCount);
  }

  /** The columns device, what, at, cron, zone, until, catch_up_ms in this order. */
  static void addTask(Tuple values, NewSchedule it) {
    values
        .addString(it.task() instanceof Task.Single single ? single.device().value() : null)
        .addValue(it.task().stored());
    switch (it.timing()) {
      case Timing.Once(var at) ->
          values
              .addOffsetDateTime(time(at))
              .addString(null)
              .addString(null)
              .addOffsetDateTime(null);
      case Timing.Repeated(var cron, var until) ->
          values
              .addOffsetDateTime(null)
              .addString(it.cron())
              .addString(cron.zone().getId())
              .addOffsetDateTime(time(until));
    }
    values.addLong(it.catchUp().toMillis());
  }

  static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  private static Optional<Schedule> first(RowSet<Row> rows) {
    var found = rows.iterator();
    return found.hasNext() ? Optional.of(schedule(found.next())) : Optional.empty();
  }

  /**
   * Reads a row.
   *
   * @throws RuntimeException when it makes no sense any more, such as a time zone that is gone
   */
  static Schedule schedule(Row row) {
    var at = instant(row, "at");
    return new Schedule(
        row.getLong("key"),
        row.getUUID("id"),
        new TenantId(row.getString("tenant")),
        row.getLong("version"),
        row.getString("updated_by"),
        Task.of(row.getString("device"), (JsonObject) row.getValue("what")),
        at != null
            ? new Timing.Once(at)
            : new Timing.Repeated(
                CronTime.of(row.getString("cron"), row.getString("zone")), instant(row, "until")),
        Duration.ofMillis(row.getLong("catch_up_ms")),
        ScheduleState.of(row.getString("state")),
        instant(row, "next_at"),
        row.getString("trouble"));
  }
}
