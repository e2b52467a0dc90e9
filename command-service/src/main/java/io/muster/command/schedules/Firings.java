package io.muster.command.schedules;

import io.muster.command.audit.AuditLog;
import io.muster.command.database.Database;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Fires schedules. What is sent, that it was, and when the schedule fires next are one transaction
 * under the lock of the schedule's row: whenever this instance dies, a time is either noted with
 * what was sent for it, or still to come. Thread-safe.
 */
@ApplicationScoped
class Firings {
  private static final String LATE = "late";

  private final Database database;
  private final TaskSender sender;
  private final Queues queues;
  private final AuditLog audit;
  private final FiringTrace traces;
  private final ScheduleMeters meters;
  private final SchedulesConfig config;
  private final Clock clock;
  private final EventIds ids;

  Firings(
      Database database,
      TaskSender sender,
      Queues queues,
      AuditLog audit,
      FiringTrace traces,
      ScheduleMeters meters,
      SchedulesConfig config,
      Clock clock) {
    this.database = database;
    this.sender = sender;
    this.queues = queues;
    this.audit = audit;
    this.traces = traces;
    this.meters = meters;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * What has been done under the lock.
   *
   * @param noted empty when somebody else had done it
   */
  private record Done(List<FiringView> noted, Written written) {
    static final Done NOTHING = new Done(List.of(), Written.NOTHING);
  }

  /** Does what is to be done about a schedule whose time has come. */
  Uni<Void> fire(Schedule it) {
    var now = clock.instant();
    var due = Due.of(it.timing(), it.nextAt(), now, it.catchUp());
    if (due.fires().isEmpty()) {
      var failed = it.trouble() != null;
      return giveUp(
          it,
          due,
          new FiringView(
              it.nextAt(),
              now,
              failed ? FiringTable.FAILED : FiringTable.MISSED,
              failed ? it.trouble() : LATE,
              null,
              null));
    }
    var dueAt = due.fires().get();
    return traces
        .within(
            it,
            trace -> sender.prepare(it, trace).flatMap(sending -> send(it, due, dueAt, sending)))
        .onFailure(RefusedException.class)
        .recoverWithUni(refused -> refused(it, due, dueAt, ((RefusedException) refused).refusal()));
  }

  private Uni<Void> send(Schedule it, Due due, Instant dueAt, TaskSender.Sending sending) {
    var id = ids.next();
    var isJob = it.task() instanceof Task.Many;
    var fired =
        new FiringView(
            dueAt, clock.instant(), FiringTable.FIRED, null, isJob ? null : id, isJob ? id : null);
    var entry = Schedules.entry("schedule-fired", it.tenant(), it.id());
    var owner = new Author(it.owner(), null);
    return underLock(
            it,
            due,
            db ->
                FiringTable.add(db, it.key(), fired)
                    .flatMap(
                        first ->
                            first
                                ? audit
                                    .write(db, entry, owner)
                                    .flatMap(done -> sending.of(db, id))
                                    .map(written -> new Done(List.of(fired), written))
                                : Uni.createFrom().item(Done.NOTHING))
                    .flatMap(done -> addMissed(db, it, due, done)))
        .invoke(
            done -> {
              if (done.noted().contains(fired)) {
                audit.tell(entry, owner);
              }
            })
        .replaceWithVoid();
  }

  private Uni<Done> addMissed(SqlConnection db, Schedule it, Due due, Done done) {
    if (due.missed().isEmpty()) {
      return Uni.createFrom().item(done);
    }
    var missed =
        new FiringView(due.missed().get(), clock.instant(), FiringTable.MISSED, LATE, null, null);
    return FiringTable.add(db, it.key(), missed)
        .map(
            first -> {
              if (!first) {
                return done;
              }
              var noted = new ArrayList<>(done.noted());
              noted.add(missed);
              return new Done(noted, done.written());
            });
  }

  /** What may pass is tried again as long as it is not too late, what does not is noted. */
  private Uni<Void> refused(Schedule it, Due due, Instant dueAt, Refusal refusal) {
    return switch (refusal) {
      case Refusal.Unavailable _ -> putOff(it, "registry-away");
      case Refusal.LimitReached _ -> putOff(it, "limit-reached");
      case Refusal.Absent _ -> giveUp(it, due, failed(dueAt, "no-device"));
      case Refusal.Malformed _,
          Refusal.NotAuthenticated _,
          Refusal.Forbidden _,
          Refusal.MethodNotAllowed _,
          Refusal.NotAcceptable _,
          Refusal.Conflict _,
          Refusal.VersionMismatch _,
          Refusal.TooLarge _,
          Refusal.UnsupportedMediaType _,
          Refusal.Meaningless _,
          Refusal.VersionRequired _,
          Refusal.TooManyFailures _,
          Refusal.Unexpected _ ->
          giveUp(it, due, failed(dueAt, "refused"));
    };
  }

  private FiringView failed(Instant dueAt, String reason) {
    return new FiringView(dueAt, clock.instant(), FiringTable.FAILED, reason, null, null);
  }

  private Uni<Void> putOff(Schedule it, String trouble) {
    meters.putOff();
    var at = clock.instant().plus(config.tryAgainAfter());
    return database.inTransaction(db -> ScheduleTable.tryAgain(db, it, at, trouble));
  }

  private Uni<Void> giveUp(Schedule it, Due due, FiringView noted) {
    return underLock(
            it,
            due,
            db ->
                FiringTable.add(db, it.key(), noted)
                    .map(first -> first ? new Done(List.of(noted), Written.NOTHING) : Done.NOTHING))
        .replaceWithVoid();
  }

  /** Does it when nobody else has, and lets the schedule wait for its next time. */
  private Uni<Done> underLock(Schedule it, Due due, Function<SqlConnection, Uni<Done>> work) {
    return database
        .inTransaction(
            db ->
                ScheduleTable.lockUnchanged(db, it)
                    .flatMap(
                        mine ->
                            mine
                                ? work.apply(db)
                                    .call(
                                        done ->
                                            ScheduleTable.waitFor(
                                                db, it.key(), due.next(), clock.instant()))
                                    .call(
                                        done ->
                                            FiringTable.prune(db, it.key(), config.firingsKept()))
                                : Uni.createFrom().item(Done.NOTHING)))
        .invoke(
            done -> {
              done.noted().forEach(meters::noted);
              queues.committed(done.written());
            });
  }
}
