package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.rollouts.RolloutView.DecisionView;
import io.muster.firmware.rollouts.RolloutView.GroupView;
import io.muster.firmware.rollouts.RolloutView.StepView;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Reads rollouts as callers see them. Waits; thread-safe. */
@ApplicationScoped
class RolloutReader {
  private static final String FROM =
      """
      SELECT r.key, r.id, r.name, r.description, d.id AS distribution, o.id AS rollback_of,
             r.plan::text AS plan, r.approval_required, r.decided_by, r.decided_at, r.decision,
             r.state, r.reason, r.since, r.waits_for, r.due_at, r.steps::text AS steps, r.given,
             r.created_at, r.created_by, r.started_at, r.finished_at
        FROM rollout AS r
        LEFT JOIN distribution AS d ON d.key = r.distribution_key
        LEFT JOIN rollout AS o ON o.key = r.rollback_of
       WHERE r.tenant = $1\
      """;

  /** The same without the devices that are listed: there may be thousands. */
  private static final String BRIEFLY =
      FROM.replace("r.plan::text", "(r.plan #- '{targets,devices}')::text");

  /** For these it is known when they are over. */
  private static final Set<String> KNOWN_WAITS =
      Set.of(Turn.START, Turn.WINDOW, Turn.RATE, Turn.RETRY);

  private final Database database;
  private final RolloutsConfig config;
  private final Clock clock;

  RolloutReader(Database database, RolloutsConfig config, Clock clock) {
    this.database = database;
    this.config = config;
    this.clock = clock;
  }

  /** A rollout in a list, with its key for the cursor. */
  record Listed(long key, RolloutView view) {}

  /** With its counts as they are now; 404 when the tenant has no such rollout. */
  RolloutView read(TenantId tenant, UUID id) {
    return read(FROM, tenant, id);
  }

  /** The same without the devices that it lists. */
  RolloutView readBriefly(TenantId tenant, UUID id) {
    return read(BRIEFLY, tenant, id);
  }

  private RolloutView read(String from, TenantId tenant, UUID id) {
    return database.use(
        db -> {
          var row =
              db.first(from + " AND r.id = $2", tenant.value(), id)
                  .orElseThrow(RolloutActions::absent);
          return view(row, Standings.of(db, row.getLong("key"), clock.instant()), groups(db, row));
        });
  }

  /** 404 when the tenant has no such rollout. */
  void require(TenantId tenant, UUID id) {
    database
        .use(
            db ->
                db.first("SELECT 1 FROM rollout WHERE tenant = $1 AND id = $2", tenant.value(), id))
        .orElseThrow(RolloutActions::absent);
  }

  /** The newest first, without counts and listed devices; before a key unless that is 0. */
  List<Listed> list(TenantId tenant, Optional<RolloutState> state, long before, int limit) {
    return database.use(
        db ->
            db.rows(
                row -> new Listed(row.getLong("key"), view(row, null, null)),
                BRIEFLY
                    + " AND ($2::text IS NULL OR r.state = $2) AND ($3::bigint = 0 OR r.key < $3)"
                    + " ORDER BY r.key DESC LIMIT $4",
                tenant.value(),
                state.map(RolloutState::label).orElse(null),
                before,
                limit));
  }

  private static Map<Integer, Row> groups(Sql db, Row rollout) {
    Map<Integer, Row> groups = new HashMap<>();
    db.rows(
            "SELECT number, state, waived FROM rollout_group WHERE rollout_key = $1",
            rollout.getLong("key"))
        .forEach(row -> groups.put(row.getInteger("number"), row));
    return groups;
  }

  /**
   * @param standings null in lists
   * @param groups null in lists
   */
  private RolloutView view(Row row, Standings standings, Map<Integer, Row> groups) {
    var body = RolloutTable.plan(row);
    var plan = Plan.of(body);
    var waitsFor = row.getString("waits_for");
    return new RolloutView(
        row.getUUID("id"),
        row.getString("name"),
        row.getString("description"),
        row.getUUID("distribution"),
        row.getUUID("rollback_of"),
        body.targets(),
        plan.continuous(),
        body.rate(),
        body.atOnce(),
        body.retry(),
        body.updateWithin(),
        body.maintenance(),
        body.startAt(),
        plan.isManual(),
        plan.isForced(),
        row.getBoolean("approval_required"),
        decision(row),
        row.getString("state"),
        row.getString("reason"),
        Sql.instant(row, "since"),
        waitsFor,
        next(row, plan, waitsFor),
        standings == null ? null : standings.all(),
        standings == null ? null : groups(plan, standings, groups),
        standings == null ? null : timeLeft(row, plan, standings),
        steps(row),
        Sql.instant(row, "created_at"),
        row.getString("created_by"),
        Sql.instant(row, "started_at"),
        Sql.instant(row, "finished_at"));
  }

  private static List<GroupView> groups(Plan plan, Standings standings, Map<Integer, Row> groups) {
    List<GroupView> views = new ArrayList<>();
    for (var it : plan.groups()) {
      var number = views.size();
      var row = groups.get(number);
      views.add(
          new GroupView(
              number,
              it.name(),
              it.size() instanceof GroupPlan.Size.Share share ? share.of() : null,
              it.size() instanceof GroupPlan.Size.Count count ? count.devices() : null,
              it.successShare(),
              it.errorShare(),
              row == null ? Group.State.WAITING.label() : row.getString("state"),
              row != null && row.getBoolean("waived"),
              standings.of(number)));
    }
    return views;
  }

  /** Of one that runs, or will. */
  private Duration timeLeft(Row row, Plan plan, Standings standings) {
    var state = RolloutState.of(row.getString("state"));
    var now = clock.instant();
    if ((state != RolloutState.RUNNING && state != RolloutState.SCHEDULED)
        || standings.isUndivided()) {
      return null;
    }
    List<Long> pending = new ArrayList<>();
    for (var number = 0; number < plan.groups().size(); number++) {
      pending.add(standings.pending(number));
    }
    var update = standings.update().orElse(config.assumedUpdate());
    var begins = plan.startAt().filter(it -> it.isAfter(now)).orElse(now);
    return Forecast.end(plan, pending, row.getLong("given"), update, begins)
        .map(it -> standings.running() > 0 ? later(it, now.plus(update)) : it)
        .map(it -> Duration.ofSeconds(Duration.between(now, it).toSeconds()))
        .orElse(null);
  }

  private static Instant later(Instant one, Instant other) {
    return other.isAfter(one) ? other : one;
  }

  private Instant next(Row row, Plan plan, String waitsFor) {
    if (waitsFor == null || !KNOWN_WAITS.contains(waitsFor)) {
      return null;
    }
    return Turn.WINDOW.equals(waitsFor)
        ? plan.window().flatMap(it -> it.nextOpening(clock.instant())).orElse(null)
        : Sql.instant(row, "due_at");
  }

  private static DecisionView decision(Row row) {
    return row.getString("decided_by") == null
        ? null
        : new DecisionView(
            row.getString("decided_by"), Sql.instant(row, "decided_at"), row.getString("decision"));
  }

  private static List<StepView> steps(Row row) {
    List<StepView> steps = new ArrayList<>();
    for (var each : new JsonArray(row.getString("steps"))) {
      var step = (JsonArray) each;
      steps.add(
          new StepView(step.getString(0), step.getString(1), Instant.parse(step.getString(2))));
    }
    return steps;
  }
}
