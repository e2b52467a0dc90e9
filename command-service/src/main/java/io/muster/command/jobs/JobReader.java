package io.muster.command.jobs;

import io.muster.command.commands.PayloadText;
import io.muster.command.commands.RetryBody;
import io.muster.command.commands.StepView;
import io.muster.command.database.Database;
import io.muster.command.database.PageBytes;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Reads jobs as callers see them. Thread-safe. */
@ApplicationScoped
class JobReader {
  private static final String FROM =
      """
      SELECT key, id, description, name, content_type, payload, one_way, qos, time_to_live_ms,
             response_timeout_ms, retries, min_backoff_ms, max_backoff_ms, plan, state, reason,
             since, waits_for, due_at, steps, created_at, created_by,
             octet_length(payload) + octet_length(plan::text) AS bytes
        FROM job WHERE tenant = $1\
      """;
  private static final String KEY = "SELECT key FROM job WHERE tenant = $1 AND id = $2";
  private static final String TARGETS =
      """
      SELECT * FROM (
        SELECT t.device, CASE WHEN t.state = 'released' THEN c.state ELSE t.state END AS state,
               c.reason, c.since, c.id AS command
          FROM job_target AS t LEFT JOIN command AS c ON c.key = t.command_key
         WHERE t.job_key = $1 AND t.device > $2) AS target
       WHERE $3::text IS NULL OR state = $3
       ORDER BY device LIMIT $4\
      """;

  /** For these it is known when they are over. */
  private static final Set<String> KNOWN_WAITS = Set.of(Turn.START, Turn.WINDOW, Turn.RATE);

  private final Database database;
  private final Clock clock;

  JobReader(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** With its counts as they are now; fails with 404 when the tenant has no such job. */
  Uni<JobView> read(TenantId tenant, UUID id) {
    return database.use(
        db ->
            db.preparedQuery(FROM + " AND id = $2")
                .execute(Tuple.of(tenant.value(), id))
                .flatMap(
                    rows -> {
                      if (rows.size() == 0) {
                        throw absent();
                      }
                      var row = rows.iterator().next();
                      return TargetTable.counts(db, row.getLong("key"), clock.instant())
                          .map(counts -> view(row, counts.sorted()));
                    }));
  }

  /** The newest first, without counts. */
  Uni<Page<JobView>> list(TenantId tenant, Optional<JobState> state, Cursor cursor, int limit) {
    var sql = new StringBuilder(FROM);
    var values = Tuple.of(tenant.value());
    if (state.isPresent()) {
      values.addString(state.get().label());
      sql.append(" AND state = $").append(values.size());
    }
    if (!cursor.after().isEmpty()) {
      values.addUUID(after(cursor));
      sql.append(" AND key < (SELECT key FROM job WHERE tenant = $1 AND id = $")
          .append(values.size())
          .append(')');
    }
    values.addInteger(limit + 1);
    sql.append(" ORDER BY key DESC LIMIT $").append(values.size());
    return database
        .use(db -> db.preparedQuery(PageBytes.bounded(sql)).execute(values))
        .map(
            rows ->
                PageBytes.page(
                    rows, limit, row -> row.getUUID("id").toString(), row -> view(row, null)));
  }

  /** A job's devices in the order of their ids. */
  Uni<Page<JobTargetView>> devices(
      TenantId tenant, UUID id, String state, Cursor cursor, int limit) {
    return database.use(
        db ->
            db.preparedQuery(KEY)
                .execute(Tuple.of(tenant.value(), id))
                .flatMap(
                    rows -> {
                      if (rows.size() == 0) {
                        throw absent();
                      }
                      var values =
                          Tuple.of(rows.iterator().next().getLong(0), cursor.after())
                              .addString(state)
                              .addInteger(limit + 1);
                      return db.preparedQuery(TARGETS).execute(values);
                    })
                .map(
                    rows -> {
                      List<Row> found = new ArrayList<>(rows.size());
                      rows.forEach(found::add);
                      return Page.of(
                          found, limit, row -> row.getString("device"), JobReader::target);
                    }));
  }

  private JobView view(Row row, Map<String, Long> counts) {
    var plan = JobTable.plan(row);
    var waitsFor = row.getString("waits_for");
    return new JobView(
        row.getUUID("id"),
        row.getString("description"),
        command(row),
        plan.targets(),
        Boolean.TRUE.equals(plan.continuous()),
        plan.rate(),
        plan.abort(),
        plan.maintenance(),
        plan.startAt(),
        row.getString("state"),
        row.getString("reason"),
        JobTable.instant(row, "since"),
        waitsFor,
        next(row, plan, waitsFor),
        counts,
        StepView.of((JsonArray) row.getValue("steps")),
        JobTable.instant(row, "created_at"),
        row.getString("created_by"));
  }

  /** It may be looked at before, for another reason. */
  private Instant next(Row row, PlanBody plan, String waitsFor) {
    if (waitsFor == null || !KNOWN_WAITS.contains(waitsFor)) {
      return null;
    }
    return Turn.WINDOW.equals(waitsFor)
        ? Plan.of(plan).window().flatMap(it -> it.nextOpening(clock.instant())).orElse(null)
        : JobTable.instant(row, "due_at");
  }

  private static JobCommandView command(Row row) {
    var payload = row.getBuffer("payload").getBytes();
    var json = PayloadText.json(row.getString("content_type"), payload);
    return new JobCommandView(
        row.getString("name"),
        json,
        json != null || payload.length == 0 ? null : payload,
        row.getString("content_type"),
        row.getBoolean("one_way"),
        row.getShort("qos"),
        millis(row, "time_to_live_ms"),
        row.getBoolean("one_way") ? null : millis(row, "response_timeout_ms"),
        new RetryBody(
            row.getInteger("retries"),
            millis(row, "min_backoff_ms"),
            millis(row, "max_backoff_ms")));
  }

  private static JobTargetView target(Row row) {
    return new JobTargetView(
        new DeviceId(row.getString("device")),
        row.getString("state"),
        row.getString("reason"),
        JobTable.instant(row, "since"),
        row.getUUID("command"));
  }

  private static Duration millis(Row row, String column) {
    return Duration.ofMillis(row.getLong(column));
  }

  private static UUID after(Cursor cursor) {
    try {
      return UUID.fromString(cursor.after());
    } catch (IllegalArgumentException unknown) {
      throw Refusal.parameter("cursor", "is none that this list gave as next");
    }
  }

  private static RuntimeException absent() {
    return new Refusal.Absent("The tenant has no such job.").asException();
  }
}
