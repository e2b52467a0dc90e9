package io.muster.command.schedules;

import io.muster.command.audit.AuditEntry;
import io.muster.command.audit.AuditLog;
import io.muster.command.commands.CommandLimits;
import io.muster.command.commands.TransactionalCommands;
import io.muster.command.database.Database;
import io.muster.command.jobs.Jobs;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Makes schedules. Thread-safe. */
@ApplicationScoped
class Schedules {
  private final Database database;
  private final TransactionalCommands commands;
  private final Jobs jobs;
  private final AuditLog audit;
  private final SchedulesConfig config;
  private final CommandLimits limits;
  private final Clock clock;
  private final EventIds ids;

  Schedules(
      Database database,
      TransactionalCommands commands,
      Jobs jobs,
      AuditLog audit,
      SchedulesConfig config,
      CommandLimits limits,
      Clock clock) {
    this.database = database;
    this.commands = commands;
    this.jobs = jobs;
    this.audit = audit;
    this.config = config;
    this.limits = limits;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  private record Made(UUID schedule, boolean isNew) {}

  /**
   * Makes a schedule; gives its id, for a repeated request the same. Fails with 404 when there is
   * no such device, with 503 when the registry does not say.
   */
  Uni<UUID> make(TenantId tenant, ScheduleBody body, Optional<IdempotencyKey> key, Author author) {
    var schedule = read(body);
    var id = ids.next();
    var entry = entry("schedule-created", tenant, id);
    return database
        .use(db -> earlier(db, tenant, key, schedule))
        .flatMap(
            known ->
                known.isPresent()
                    ? Uni.createFrom().item(new Made(known.get(), false))
                    : check(tenant, schedule.task())
                        .flatMap(
                            there ->
                                database.inTransaction(
                                    db -> make(db, tenant, id, schedule, key, author, entry))))
        .invoke(
            made -> {
              if (made.isNew()) {
                audit.tell(entry, author);
              }
            })
        .map(Made::schedule);
  }

  /**
   * Reads what a schedule is to be.
   *
   * @throws io.muster.rest.problem.RefusedException when it may not be so
   */
  NewSchedule read(ScheduleBody body) {
    return NewSchedule.read(body, config, limits, jobs::check, clock.instant());
  }

  /** Whether the registry has whom it is for; as {@link #make} says. */
  Uni<Void> check(TenantId tenant, Task task) {
    return switch (task) {
      case Task.Single(var device, var _) ->
          commands.queueOf(new DeviceAddress(tenant, device)).replaceWithVoid();
      case Task.Many(var job) -> jobs.checkTargets(tenant, job);
    };
  }

  /** Fails with 429 when the tenant has as many as it may; nobody else makes one meanwhile. */
  Uni<Void> checkRoom(SqlConnection db, TenantId tenant) {
    return NewSchedules.lockTenant(db, tenant)
        .flatMap(locked -> NewSchedules.checkRoom(db, tenant, config.openPerTenant()));
  }

  static AuditEntry entry(String action, TenantId tenant, UUID id) {
    return new AuditEntry(action, tenant, "schedules/" + id);
  }

  private Uni<Made> make(
      SqlConnection db,
      TenantId tenant,
      UUID id,
      NewSchedule schedule,
      Optional<IdempotencyKey> key,
      Author author,
      AuditEntry entry) {
    var name = key.map(IdempotencyKey::value).orElse(null);
    return NewSchedules.lockTenant(db, tenant)
        .flatMap(locked -> earlier(db, tenant, key, schedule))
        .flatMap(
            known ->
                known.isPresent()
                    ? Uni.createFrom().item(new Made(known.get(), false))
                    : NewSchedules.checkRoom(db, tenant, config.openPerTenant())
                        .flatMap(room -> NewSchedules.forgetKeys(db, tenant, keysKeptSince()))
                        .flatMap(
                            done ->
                                NewSchedules.insert(
                                    db,
                                    tenant,
                                    id,
                                    schedule,
                                    author.subject(),
                                    name,
                                    clock.instant()))
                        .flatMap(done -> audit.write(db, entry, author))
                        .replaceWith(new Made(id, true)));
  }

  private Uni<Optional<UUID>> earlier(
      SqlConnection db, TenantId tenant, Optional<IdempotencyKey> key, NewSchedule schedule) {
    return key.isEmpty()
        ? Uni.createFrom().item(Optional.empty())
        : NewSchedules.earlier(
            db, tenant, key.get().value(), schedule.requestSha256(), keysKeptSince());
  }

  private Instant keysKeptSince() {
    return clock.instant().minus(limits.idempotencyKept());
  }
}
