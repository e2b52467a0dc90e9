package io.muster.command.jobs;

import io.muster.command.audit.AuditEntry;
import io.muster.command.audit.AuditLog;
import io.muster.command.database.Database;
import io.muster.command.problem.ConflictKind;
import io.muster.contract.id.TenantId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * What people do about jobs. Each holds the job's row, so whoever works on it sees it before or
 * after. Each fails with 404 when the tenant has no such job, with 409 when it is in a state in
 * which that makes no sense. Thread-safe.
 */
@ApplicationScoped
class JobActions {
  private final Database database;
  private final AuditLog audit;
  private final JobsConfig config;
  private final Clock clock;

  JobActions(Database database, AuditLog audit, JobsConfig config, Clock clock) {
    this.database = database;
    this.audit = audit;
    this.config = config;
    this.clock = clock;
  }

  /** What one of them does in the transaction. */
  private interface Action {
    Uni<Void> of(SqlConnection db, Job job, Instant now);
  }

  /** No more devices are given the command; those that were go on. */
  Uni<Void> pause(TenantId tenant, UUID id, Author author) {
    return act(
        "job-paused",
        tenant,
        id,
        author,
        (db, job, now) ->
            switch (job.state()) {
              case SCHEDULED, RUNNING ->
                  JobTable.write(db, job.in(JobState.PAUSED), null, null, null, now);
              case PAUSED, COMPLETED, ABORTED, CANCELLED -> throw inTheWay(job);
            });
  }

  /** Goes on, as far as its windows let it. */
  Uni<Void> resume(TenantId tenant, UUID id, Author author) {
    return act(
        "job-resumed",
        tenant,
        id,
        author,
        (db, job, now) ->
            switch (job.state()) {
              case PAUSED -> JobTable.write(db, resumed(job, now), null, null, now, now);
              case SCHEDULED, RUNNING, COMPLETED, ABORTED, CANCELLED -> throw inTheWay(job);
            });
  }

  private static Job resumed(Job job, Instant now) {
    var begins = job.plan().startAt().filter(it -> it.isAfter(now)).isPresent();
    return job.in(begins ? JobState.SCHEDULED : JobState.RUNNING);
  }

  /**
   * Ends it: nobody else is given the command, and commands that were not sent are called off.
   *
   * @param alsoSent also those that were and have not ended, also of a job that has ended early
   */
  Uni<Void> cancel(TenantId tenant, UUID id, boolean alsoSent, Author author) {
    return act(
        "job-cancelled",
        tenant,
        id,
        author,
        (db, job, now) ->
            switch (job.state()) {
              case SCHEDULED, RUNNING, PAUSED -> end(db, job, alsoSent, now);
              case ABORTED, CANCELLED -> {
                if (!alsoSent) {
                  throw inTheWay(job);
                }
                yield end(db, job, true, now);
              }
              case COMPLETED -> throw inTheWay(job);
            });
  }

  private static Uni<Void> end(SqlConnection db, Job job, boolean alsoSent, Instant now) {
    return TargetTable.cancelPending(db, job.key())
        .flatMap(
            cancelled ->
                JobTable.write(db, job.ended(JobState.CANCELLED, alsoSent), null, null, now, now));
  }

  /**
   * Gives another turn to devices whose command ended in one of these states; a job that has ended
   * goes on. The abort threshold counts anew. Fails with 429 when it had ended and the tenant has
   * as many open jobs as it may.
   */
  Uni<Void> retry(TenantId tenant, UUID id, List<String> states, Author author) {
    return act(
        "job-retried",
        tenant,
        id,
        author,
        // Before the job: as whoever makes one.
        db -> NewJobs.lockTenant(db, tenant),
        (db, job, now) ->
            switch (job.state()) {
              case RUNNING, PAUSED -> again(db, job, job.state(), states, now);
              case COMPLETED, ABORTED ->
                  NewJobs.checkRoom(db, tenant, config.openPerTenant())
                      .flatMap(room -> again(db, job, JobState.RUNNING, states, now));
              case SCHEDULED, CANCELLED -> throw inTheWay(job);
            });
  }

  private static Uni<Void> again(
      SqlConnection db, Job job, JobState state, List<String> states, Instant now) {
    return TargetTable.again(db, job.key(), states)
        .flatMap(
            devices ->
                devices == 0
                    ? Uni.createFrom().voidItem()
                    : JobTable.write(
                        db, job.in(state), null, null, state == JobState.PAUSED ? null : now, now));
  }

  private Uni<Void> act(String what, TenantId tenant, UUID id, Author author, Action action) {
    return act(what, tenant, id, author, db -> Uni.createFrom().voidItem(), action);
  }

  private Uni<Void> act(
      String what,
      TenantId tenant,
      UUID id,
      Author author,
      Function<SqlConnection, Uni<Void>> before,
      Action action) {
    var entry = new AuditEntry(what, tenant, "jobs/" + id);
    return database
        .inTransaction(
            db ->
                before
                    .apply(db)
                    .flatMap(done -> JobTable.lock(db, tenant, id))
                    .map(
                        found ->
                            found.orElseThrow(
                                () ->
                                    new Refusal.Absent("The tenant has no such job.")
                                        .asException()))
                    .flatMap(job -> action.of(db, job, clock.instant()))
                    .flatMap(done -> audit.write(db, entry, author)))
        .invoke(done -> audit.tell(entry, author));
  }

  private static RuntimeException inTheWay(Job job) {
    return new Refusal.Conflict(ConflictKind.JOB_STATE, "The job is " + job.state().label() + ".")
        .asException();
  }
}
