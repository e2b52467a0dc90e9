package io.muster.command.jobs;

import io.muster.command.audit.AuditEntry;
import io.muster.command.audit.AuditLog;
import io.muster.command.commands.CommandLimits;
import io.muster.command.database.Database;
import io.muster.contract.id.TenantId;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes jobs. Thread-safe. */
@ApplicationScoped
public class Jobs {
  private final Database database;
  private final TargetLookup lookup;
  private final AuditLog audit;
  private final JobsConfig config;
  private final CommandLimits limits;
  private final Clock clock;
  private final EventIds ids;

  Jobs(
      Database database,
      TargetLookup lookup,
      AuditLog audit,
      JobsConfig config,
      CommandLimits limits,
      Clock clock) {
    this.database = database;
    this.lookup = lookup;
    this.audit = audit;
    this.config = config;
    this.limits = limits;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  private record Made(UUID job, boolean isNew) {}

  /**
   * Checks what a job is to be, as far as that goes without the registry.
   *
   * @throws io.muster.rest.problem.RefusedException when it may not be so
   */
  public void check(JobBody body) {
    NewJob.read(body, config, limits, clock.instant());
  }

  /**
   * Makes a job that begins when it is time; gives its id, for a repeated request the same. Fails
   * with 503 when nobody says whether there is such a group or filter.
   *
   * @param trace W3C trace context of the request
   */
  public Uni<UUID> make(
      TenantId tenant,
      JobBody body,
      Optional<IdempotencyKey> key,
      Author author,
      Map<String, String> trace) {
    var job = NewJob.read(body, config, limits, clock.instant());
    var id = ids.next();
    var entry = new AuditEntry("job-created", tenant, "jobs/" + id);
    return database
        .use(db -> earlier(db, tenant, key, job))
        .flatMap(
            known ->
                known.isPresent()
                    ? Uni.createFrom().item(new Made(known.get(), false))
                    : checkTargets(tenant, job)
                        .flatMap(
                            there ->
                                database.inTransaction(
                                    db -> make(db, tenant, id, job, key, author, trace, entry))))
        .invoke(
            made -> {
              if (made.isNew()) {
                audit.tell(entry, author);
              }
            })
        .map(Made::job);
  }

  /** Whether the registry knows whom a job is for; fails with 422 or 503 when not. */
  public Uni<Void> checkTargets(TenantId tenant, JobBody body) {
    return checkTargets(tenant, NewJob.read(body, config, limits, clock.instant()));
  }

  /**
   * Makes a job in a transaction of somebody else's, who looks after its id and has checked its
   * targets. Fails with 429 when the tenant has as many as it may.
   *
   * @param trace W3C trace context of what it is made for
   */
  public Uni<Void> make(
      SqlConnection db,
      TenantId tenant,
      UUID id,
      JobBody body,
      Author author,
      Map<String, String> trace) {
    var now = clock.instant();
    var job = NewJob.read(body, config, limits, now);
    var entry = new AuditEntry("job-created", tenant, "jobs/" + id);
    return NewJobs.lockTenant(db, tenant)
        .flatMap(locked -> NewJobs.checkRoom(db, tenant, config.openPerTenant()))
        .flatMap(room -> NewJobs.insert(db, tenant, id, job, author, null, trace, now))
        .flatMap(done -> audit.write(db, entry, author));
  }

  private Uni<Made> make(
      SqlConnection db,
      TenantId tenant,
      UUID id,
      NewJob job,
      Optional<IdempotencyKey> key,
      Author author,
      Map<String, String> trace,
      AuditEntry entry) {
    var name = key.map(IdempotencyKey::value).orElse(null);
    return NewJobs.lockTenant(db, tenant)
        .flatMap(locked -> earlier(db, tenant, key, job))
        .flatMap(
            known ->
                known.isPresent()
                    ? Uni.createFrom().item(new Made(known.get(), false))
                    : NewJobs.checkRoom(db, tenant, config.openPerTenant())
                        .flatMap(room -> NewJobs.forgetKeys(db, tenant, keysKeptSince()))
                        .flatMap(
                            done ->
                                NewJobs.insert(
                                    db, tenant, id, job, author, name, trace, clock.instant()))
                        .flatMap(done -> audit.write(db, entry, author))
                        .replaceWith(new Made(id, true)));
  }

  private Uni<Optional<UUID>> earlier(
      SqlConnection db, TenantId tenant, Optional<IdempotencyKey> key, NewJob job) {
    return key.isEmpty()
        ? Uni.createFrom().item(Optional.empty())
        : NewJobs.earlier(db, tenant, key.get().value(), job.requestSha256(), keysKeptSince());
  }

  private java.time.Instant keysKeptSince() {
    return clock.instant().minus(limits.idempotencyKept());
  }

  private Uni<Void> checkTargets(TenantId tenant, NewJob job) {
    var pointer = job.plan().targets().group() != null ? "/targets/group" : "/targets/filter";
    return lookup
        .check(tenant, Targets.of(job.plan().targets()))
        .onFailure(NeighbourAwayException.class)
        .transform(
            away ->
                new Refusal.Unavailable("the registry does not say which devices there are")
                    .asException())
        .onFailure(RefusedQuestionException.class)
        .transform(
            refused ->
                new Refusal.Meaningless(List.of(FieldError.at(pointer, refused.getMessage())))
                    .asException());
  }
}
