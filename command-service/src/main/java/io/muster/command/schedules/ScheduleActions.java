package io.muster.command.schedules;

import io.muster.command.audit.AuditLog;
import io.muster.command.database.Database;
import io.muster.command.problem.ConflictKind;
import io.muster.contract.id.TenantId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * What people do about schedules. Each holds the schedule's row, so it fires before or after. Each
 * fails with 404 when the tenant has no such schedule, with 412 when it has another version, with
 * 409 when it is in a state in which that makes no sense. Thread-safe.
 */
@ApplicationScoped
class ScheduleActions {
  private static final String PAUSED = "paused";

  private final Database database;
  private final Schedules schedules;
  private final AuditLog audit;
  private final Clock clock;

  ScheduleActions(Database database, Schedules schedules, AuditLog audit, Clock clock) {
    this.database = database;
    this.schedules = schedules;
    this.audit = audit;
    this.clock = clock;
  }

  /** What one of them does in the transaction. */
  private interface Action {
    Uni<Void> of(SqlConnection db, Schedule schedule, Instant now);
  }

  /**
   * It sends something else, at other times. A paused one stays so, a finished one is active again.
   */
  Uni<Void> replace(TenantId tenant, UUID id, ScheduleBody body, IfMatch match, Author author) {
    var next = schedules.read(body);
    return schedules
        .check(tenant, next.task())
        .flatMap(
            there ->
                act(
                    "schedule-updated",
                    tenant,
                    id,
                    match,
                    author,
                    // Before the schedule: as whoever makes one.
                    db -> NewSchedules.lockTenant(db, tenant),
                    (db, it, now) -> replace(db, it, next, now)));
  }

  private Uni<Void> replace(SqlConnection db, Schedule it, NewSchedule next, Instant now) {
    return switch (it.state()) {
      case ACTIVE ->
          ScheduleTable.replace(db, it.key(), next).flatMap(done -> begin(db, it, next, now));
      case PAUSED -> ScheduleTable.replace(db, it.key(), next);
      case FINISHED ->
          schedules
              .checkRoom(db, it.tenant())
              .flatMap(room -> ScheduleTable.replace(db, it.key(), next))
              .flatMap(done -> begin(db, it, next, now));
    };
  }

  private static Uni<Void> begin(SqlConnection db, Schedule it, NewSchedule next, Instant now) {
    return ScheduleTable.waitFor(db, it.key(), Optional.of(next.nextAt()), now);
  }

  /** It does not fire until it is resumed. */
  Uni<Void> pause(TenantId tenant, UUID id, IfMatch match, Author author) {
    return act(
        "schedule-paused",
        tenant,
        id,
        match,
        author,
        (db, it, now) ->
            switch (it.state()) {
              case ACTIVE -> ScheduleTable.pause(db, it.key(), now);
              case PAUSED, FINISHED -> throw inTheWay(it);
            });
  }

  /** It goes on with its next time; what fell into the pause does not happen. */
  Uni<Void> resume(TenantId tenant, UUID id, IfMatch match, Author author) {
    return act(
        "schedule-resumed",
        tenant,
        id,
        match,
        author,
        (db, it, now) ->
            switch (it.state()) {
              case PAUSED -> resume(db, it, now);
              case ACTIVE, FINISHED -> throw inTheWay(it);
            });
  }

  private static Uni<Void> resume(SqlConnection db, Schedule it, Instant now) {
    var next = it.timing().after(now);
    var resumed = ScheduleTable.waitFor(db, it.key(), next, now);
    return it.timing() instanceof Timing.Once(var at) && next.isEmpty()
        ? resumed
            .flatMap(
                done ->
                    FiringTable.add(
                        db,
                        it.key(),
                        new FiringView(at, now, FiringTable.MISSED, PAUSED, null, null)))
            .replaceWithVoid()
        : resumed;
  }

  /** Forgets it and what became of its times; what it has sent goes on. */
  Uni<Void> delete(TenantId tenant, UUID id, IfMatch match, Author author) {
    return act(
        "schedule-deleted",
        tenant,
        id,
        match,
        author,
        (db, it, now) -> ScheduleTable.delete(db, it.key()));
  }

  private Uni<Void> act(
      String what, TenantId tenant, UUID id, IfMatch match, Author author, Action action) {
    return act(what, tenant, id, match, author, db -> Uni.createFrom().voidItem(), action);
  }

  private Uni<Void> act(
      String what,
      TenantId tenant,
      UUID id,
      IfMatch match,
      Author author,
      Function<SqlConnection, Uni<Void>> before,
      Action action) {
    var entry = Schedules.entry(what, tenant, id);
    return database
        .inTransaction(
            db ->
                before
                    .apply(db)
                    .flatMap(done -> ScheduleTable.lock(db, tenant, id))
                    .map(found -> found.orElseThrow(ScheduleActions::absent))
                    .invoke(it -> match.check(it.version()))
                    .flatMap(
                        it -> {
                          var now = clock.instant();
                          return action
                              .of(db, it, now)
                              .flatMap(
                                  done ->
                                      ScheduleTable.changed(db, it.key(), author.subject(), now));
                        })
                    .flatMap(done -> audit.write(db, entry, author)))
        .invoke(done -> audit.tell(entry, author));
  }

  static RuntimeException absent() {
    return new Refusal.Absent("The tenant has no such schedule.").asException();
  }

  private static RuntimeException inTheWay(Schedule it) {
    return new Refusal.Conflict(
            ConflictKind.SCHEDULE_STATE, "The schedule is " + it.state().label() + ".")
        .asException();
  }
}
