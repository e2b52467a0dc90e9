package io.muster.command.schedules;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;

/** The table {@code schedule_firing}. Stateless. */
final class FiringTable {
  static final String FIRED = "fired";
  static final String FAILED = "failed";
  static final String MISSED = "missed";

  /** Read by {@link #view}; the row is {@code f}. */
  static final String COLUMNS =
      """
      f.due_at AS firing_due_at, f.at AS firing_at, f.outcome, f.reason AS firing_reason,
      f.command_id, f.job_id\
      """;

  private static final String INSERT =
      """
      INSERT INTO schedule_firing (schedule_key, due_at, at, outcome, reason, command_id, job_id)
      SELECT $1::bigint, $2::timestamptz, $3::timestamptz, $4::varchar, $5::varchar, $6::uuid,
             $7::uuid
       WHERE NOT EXISTS (SELECT FROM schedule_firing
                          WHERE schedule_key = $1::bigint AND due_at = $2::timestamptz)\
      """;
  private static final String PRUNE =
      """
      DELETE FROM schedule_firing
       WHERE schedule_key = $1
         AND due_at <= (SELECT due_at FROM schedule_firing WHERE schedule_key = $1
                         ORDER BY due_at DESC OFFSET $2 LIMIT 1)\
      """;

  private FiringTable() {}

  /**
   * Notes what became of a time. The schedule's row is held, so nobody else does meanwhile.
   *
   * @return false when it was noted before
   */
  static Uni<Boolean> add(SqlConnection db, long schedule, FiringView it) {
    var values =
        Tuple.of(schedule, ScheduleTable.time(it.dueAt()), ScheduleTable.time(it.at()))
            .addString(it.outcome())
            .addString(it.reason())
            .addUUID(it.command())
            .addUUID(it.job());
    return db.preparedQuery(INSERT).execute(values).map(rows -> rows.rowCount() == 1);
  }

  /** Forgets the oldest of a schedule's. */
  static Uni<Void> prune(SqlConnection db, long schedule, int kept) {
    return db.preparedQuery(PRUNE).execute(Tuple.of(schedule, kept)).replaceWithVoid();
  }

  /** Null when there is none. */
  static FiringView view(Row row) {
    Instant dueAt = ScheduleTable.instant(row, "firing_due_at");
    return dueAt == null
        ? null
        : new FiringView(
            dueAt,
            ScheduleTable.instant(row, "firing_at"),
            row.getString("outcome"),
            row.getString("firing_reason"),
            row.getUUID("command_id"),
            row.getUUID("job_id"));
  }
}
