package io.muster.command.jobs;

import io.muster.command.commands.CommandLimits;
import io.muster.command.database.Database;
import io.muster.command.life.Happening;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.EventIds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * One turn of a job in one transaction that holds its row: what {@link Turn} decides is done with
 * statements for many devices at a time. Thread-safe.
 */
@ApplicationScoped
class JobTurns {
  /** Why a job is aborted: the registry understands its group or filter differently. */
  static final String TARGETS_REFUSED = "targets-refused";

  /** Why a job is aborted: it has more devices than it may have. */
  static final String TOO_MANY_DEVICES = "too-many-devices";

  private static final String OPEN_OF_TENANT =
      """
      SELECT count(*) FROM (SELECT FROM command WHERE tenant = $1 AND finished_at IS NULL LIMIT $2)
          AS counted\
      """;
  private static final String TO_CALL_OFF =
      """
      SELECT c.id, q.device FROM command AS c JOIN device_queue AS q ON q.key = c.queue_key
       WHERE c.job_key = $1 AND c.finished_at IS NULL AND (c.attempts = 0 OR $2)
       LIMIT $3\
      """;

  private final Database database;
  private final Queues queues;
  private final JobsConfig config;
  private final CommandLimits limits;
  private final JobMeters meters;
  private final Clock clock;
  private final EventIds ids;

  JobTurns(
      Database database,
      Queues queues,
      JobsConfig config,
      CommandLimits limits,
      JobMeters meters,
      Clock clock) {
    this.database = database;
    this.queues = queues;
    this.config = config;
    this.limits = limits;
    this.meters = meters;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  private record Done(int released, Written written) {}

  /** Does what is due for a job. */
  Uni<Void> take(long key) {
    return database
        .inTransaction(
            db ->
                JobTable.lock(db, key)
                    .flatMap(
                        job ->
                            job.isEmpty()
                                ? Uni.createFrom().item(new Done(0, Written.NOTHING))
                                : take(db, job.get())))
        .invoke(
            done -> {
              meters.released(done.released());
              queues.committed(done.written());
            })
        .replaceWithVoid();
  }

  /** Ends a job that cannot go on. */
  Uni<Void> abort(long key, String reason) {
    return database.inTransaction(
        db ->
            JobTable.lock(db, key)
                .flatMap(
                    job ->
                        job.filter(it -> it.state() == JobState.RUNNING)
                            .map(it -> write(db, it, aborted(it, reason), clock.instant()))
                            .orElseGet(() -> Uni.createFrom().voidItem())));
  }

  private Turn aborted(Job job, String reason) {
    return new Turn(JobState.ABORTED, reason, 0, job.pace(), null, clock.instant());
  }

  private Uni<Done> take(SqlConnection db, Job job) {
    var now = clock.instant();
    return job.state().isFinal()
        ? callOff(db, job, now).map(written -> new Done(0, written))
        : turn(db, job, now).map(released -> new Done(released, Written.NOTHING));
  }

  private Uni<Integer> turn(SqlConnection db, Job job, Instant now) {
    var isOpen = job.plan().window().filter(it -> it.openUntil(now).isPresent()).isPresent();
    return (isOpen ? TargetTable.returnExpired(db, job.key(), now) : Uni.createFrom().item(0))
        .flatMap(returned -> TargetTable.removeDeleted(db, job.key()))
        .flatMap(removed -> TargetTable.counts(db, job.key(), now))
        .flatMap(
            counts ->
                counts.total() > config.devices()
                    ? Uni.createFrom().item(aborted(job, TOO_MANY_DEVICES))
                    : room(db, job, counts)
                        .map(room -> Turn.of(job, counts, room, config.batchDevices(), now)))
        .flatMap(
            turn ->
                Release.of(
                        db,
                        job,
                        turn.release(),
                        limits.openPerDevice(),
                        now,
                        Turn.expiry(job, now),
                        ids)
                    .flatMap(
                        given ->
                            write(db, job, turn.released(given, now), now).replaceWith(given)));
  }

  private Uni<Long> room(SqlConnection db, Job job, Counts counts) {
    if (counts.pending() == 0) {
      return Uni.createFrom().item(0L);
    }
    return db.preparedQuery(OPEN_OF_TENANT)
        .execute(Tuple.of(job.tenant().value(), limits.openPerTenant()))
        .map(rows -> limits.openPerTenant() - rows.iterator().next().getLong(0));
  }

  private Uni<Void> write(SqlConnection db, Job job, Turn turn, Instant now) {
    if (turn.state() == JobState.ABORTED) {
      var ended = job.ended(JobState.ABORTED, false);
      return TargetTable.cancelPending(db, job.key())
          .flatMap(done -> JobTable.write(db, ended, turn.reason(), null, turn.dueAt(), now));
    }
    var released = turn.release();
    var left = job.plan().rate().isPresent() ? turn.pace().minus(released) : turn.pace();
    var next = job.after(turn.state(), released, left, now);
    var dueAt = turn.dueAt(next.lookAgainAt());
    return JobTable.write(db, next, turn.reason(), turn.waitsFor(), dueAt, now);
  }

  /** Some of the commands of a job that has ended; it is due again until none is left. */
  private Uni<Written> callOff(SqlConnection db, Job job, Instant now) {
    if (!job.callingOff()) {
      return JobTable.calledOff(db, job.key()).replaceWith(Written.NOTHING);
    }
    return db.preparedQuery(TO_CALL_OFF)
        .execute(Tuple.of(job.key(), job.callingOffSent(), config.batchDevices()))
        .map(rows -> byDevice(job, rows))
        .flatMap(
            commands ->
                commands.isEmpty()
                    ? JobTable.calledOff(db, job.key()).replaceWith(Written.NOTHING)
                    : callOff(db, job, commands)
                        .call(written -> JobTable.dueAt(db, job.key(), now, null)));
  }

  private Uni<Written> callOff(SqlConnection db, Job job, Map<DeviceAddress, List<UUID>> commands) {
    return queues
        .begin(db, commands.keySet())
        .invoke(open -> commands.forEach((device, ids) -> callOff(job, open, device, ids)))
        .flatMap(QueueTransaction::write);
  }

  /** Looked at again under the lock of the queue: it may have been sent meanwhile. */
  private void callOff(Job job, QueueTransaction open, DeviceAddress device, List<UUID> commands) {
    var wanted = Set.copyOf(commands);
    for (var command : open.open(device)) {
      if (wanted.contains(command.id()) && (command.attempts() == 0 || job.callingOffSent())) {
        open.apply(device, command.id(), new Happening.Cancelled(null, clock.instant()));
      }
    }
  }

  private static Map<DeviceAddress, List<UUID>> byDevice(Job job, RowSet<Row> rows) {
    List<Row> all = new ArrayList<>(rows.size());
    rows.forEach(all::add);
    return all.stream()
        .collect(
            Collectors.groupingBy(
                row -> DeviceAddress.of(job.tenant().value(), row.getString("device")),
                Collectors.mapping(row -> row.getUUID("id"), Collectors.toList())));
  }
}
