package io.muster.command.schedules;

import io.muster.command.database.Database;
import io.muster.command.database.PageBytes;
import io.muster.contract.id.TenantId;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads schedules as callers see them. Thread-safe. */
@ApplicationScoped
class ScheduleReader {
  private static final String FROM =
      """
      SELECT s.id, s.description, s.version, s.created_at, s.created_by, s.updated_at, s.updated_by,
             s.device, s.what, s.at, s.cron, s.zone, s.until, s.catch_up_ms, s.state, s.since,
             s.next_at, s.trouble, s.key, octet_length(s.what::text) AS bytes,\s\
      """
          + FiringTable.COLUMNS
          + """
          \s FROM schedule AS s
           LEFT JOIN LATERAL (
             SELECT * FROM schedule_firing WHERE schedule_key = s.key
              ORDER BY due_at DESC LIMIT 1) AS f ON true
          WHERE s.tenant = $1\
          """;
  private static final String KEY = "SELECT key FROM schedule WHERE tenant = $1 AND id = $2";
  private static final String FIRINGS =
      "SELECT "
          + FiringTable.COLUMNS
          + """
          \s FROM schedule_firing AS f
          WHERE f.schedule_key = $1 AND f.due_at < $2 ORDER BY f.due_at DESC LIMIT $3\
          """;

  /** After every time of a schedule. */
  private static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

  private final Database database;

  ScheduleReader(Database database) {
    this.database = database;
  }

  /** Fails with 404 when the tenant has no such schedule. */
  Uni<ScheduleView> read(TenantId tenant, UUID id) {
    return database
        .use(db -> db.preparedQuery(FROM + " AND s.id = $2").execute(Tuple.of(tenant.value(), id)))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw ScheduleActions.absent();
              }
              return view(rows.iterator().next());
            });
  }

  /** The newest first. */
  Uni<Page<ScheduleView>> list(
      TenantId tenant, Optional<ScheduleState> state, Cursor cursor, int limit) {
    var sql = new StringBuilder(FROM);
    var values = Tuple.of(tenant.value());
    if (state.isPresent()) {
      values.addString(state.get().label());
      sql.append(" AND s.state = $").append(values.size());
    }
    if (!cursor.after().isEmpty()) {
      values.addUUID(after(cursor));
      sql.append(" AND s.key < (SELECT key FROM schedule WHERE tenant = $1 AND id = $")
          .append(values.size())
          .append(')');
    }
    values.addInteger(limit + 1);
    sql.append(" ORDER BY s.key DESC LIMIT $").append(values.size());
    return database
        .use(db -> db.preparedQuery(PageBytes.bounded(sql)).execute(values))
        .map(
            rows ->
                PageBytes.page(
                    rows, limit, row -> row.getUUID("id").toString(), ScheduleReader::view));
  }

  /** What became of a schedule's times, the last first. */
  Uni<Page<FiringView>> firings(TenantId tenant, UUID id, Cursor cursor, int limit) {
    var before = cursor.after().isEmpty() ? END : time(cursor);
    return database.use(
        db ->
            db.preparedQuery(KEY)
                .execute(Tuple.of(tenant.value(), id))
                .flatMap(
                    rows -> {
                      if (rows.size() == 0) {
                        throw ScheduleActions.absent();
                      }
                      var key = rows.iterator().next().getLong(0);
                      return db.preparedQuery(FIRINGS)
                          .execute(Tuple.of(key, ScheduleTable.time(before), limit + 1));
                    })
                .map(
                    rows ->
                        Page.of(
                            all(rows),
                            limit,
                            row -> ScheduleTable.instant(row, "firing_due_at").toString(),
                            FiringTable::view)));
  }

  private static List<Row> all(RowSet<Row> rows) {
    List<Row> found = new ArrayList<>(rows.size());
    rows.forEach(found::add);
    return found;
  }

  private static ScheduleView view(Row row) {
    var task = Task.of(row.getString("device"), (JsonObject) row.getValue("what"));
    return new ScheduleView(
        row.getUUID("id"),
        row.getString("description"),
        task instanceof Task.Single it ? it.device() : null,
        task instanceof Task.Single it ? Task.shown(it.command()) : null,
        task instanceof Task.Many it ? Task.shown(it.job()) : null,
        ScheduleTable.instant(row, "at"),
        row.getString("cron"),
        row.getString("zone"),
        ScheduleTable.instant(row, "until"),
        Duration.ofMillis(row.getLong("catch_up_ms")),
        row.getString("state"),
        ScheduleTable.instant(row, "since"),
        ScheduleTable.instant(row, "next_at"),
        row.getString("trouble"),
        FiringTable.view(row),
        row.getLong("version"),
        ScheduleTable.instant(row, "created_at"),
        row.getString("created_by"),
        ScheduleTable.instant(row, "updated_at"),
        row.getString("updated_by"));
  }

  private static UUID after(Cursor cursor) {
    try {
      return UUID.fromString(cursor.after());
    } catch (IllegalArgumentException unknown) {
      throw foreign();
    }
  }

  private static Instant time(Cursor cursor) {
    try {
      return Instant.parse(cursor.after());
    } catch (DateTimeParseException unknown) {
      throw foreign();
    }
  }

  private static RuntimeException foreign() {
    return Refusal.parameter("cursor", "is none that this list gave as next");
  }
}
