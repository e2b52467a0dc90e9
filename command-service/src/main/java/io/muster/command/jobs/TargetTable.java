package io.muster.command.jobs;

import io.muster.command.queue.Arrivals;
import io.muster.command.queue.Deletions;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The devices of jobs: the table {@code job_target}. Its caller holds the job's row. Stateless. */
final class TargetTable {
  private static final String MAKE_QUEUES =
      """
      INSERT INTO device_queue (tenant, device, known)
      SELECT $1, device, true FROM unnest($2::text[]) AS device ORDER BY device
      ON CONFLICT (tenant, device) DO NOTHING\
      """;
  // In the order of their keys, as whoever locks queues does.
  private static final String KNOW =
      """
      UPDATE device_queue SET known = true, deleted = false
       WHERE key = ANY (ARRAY(
               SELECT key FROM device_queue
                WHERE tenant = $1 AND device = ANY ($2) AND (deleted OR NOT known)
                ORDER BY key FOR UPDATE))\
      """;
  private static final String ADD =
      """
      INSERT INTO job_target (job_key, device, queue_key, state)
      SELECT $1, q.device, q.key, 'pending'
        FROM unnest($3::text[]) WITH ORDINALITY AS found (device, n)
        JOIN device_queue AS q ON q.tenant = $2 AND q.device = found.device
       ORDER BY found.n
      ON CONFLICT (job_key, device) DO NOTHING\
      """;
  private static final String ADD_UNKNOWN =
      """
      INSERT INTO job_target (job_key, device, state)
      SELECT $1, device, 'unknown' FROM unnest($2::text[]) AS device
      ON CONFLICT (job_key, device) DO NOTHING\
      """;

  private static final String COUNTS =
      """
      SELECT CASE WHEN t.state = 'released' THEN c.state ELSE t.state END AS state, count(*) AS all,
             count(*) FILTER (WHERE c.key IS NOT NULL AND c.finished_at IS NULL) AS open,
             count(*) FILTER (WHERE c.finished_at IS NOT NULL
                                AND c.state IN ('succeeded', 'delivered', 'sent')) AS done,
             count(*) FILTER (WHERE c.state = 'expired' AND t.deadline > $2) AS returning
        FROM job_target AS t LEFT JOIN command AS c ON c.key = t.command_key
       WHERE t.job_key = $1 GROUP BY 1\
      """;
  private static final String RETURN =
      """
      UPDATE job_target AS t SET state = 'pending', command_key = NULL
        FROM command AS c
       WHERE t.job_key = $1 AND t.state = 'released' AND t.deadline > $2
         AND c.key = t.command_key AND c.state = 'expired'\
      """;
  private static final String REMOVE_DELETED =
      """
      UPDATE job_target AS t SET state = 'removed'
        FROM device_queue AS q
       WHERE t.job_key = $1 AND t.state = 'pending' AND q.key = t.queue_key AND q.deleted\
      """;
  private static final String CANCEL_PENDING =
      "UPDATE job_target SET state = 'cancelled' WHERE job_key = $1 AND state = 'pending'";
  private static final String AGAIN =
      """
      UPDATE job_target AS t SET state = 'pending', command_key = NULL, deadline = NULL
        FROM command AS c
       WHERE t.job_key = $1 AND t.state = 'released' AND c.key = t.command_key
         AND c.finished_at IS NOT NULL AND c.state = ANY ($2)\
      """;
  private static final String CANCELLED_AGAIN =
      "UPDATE job_target SET state = 'pending' WHERE job_key = $1 AND state = 'cancelled'";

  private TargetTable() {}

  /**
   * Adds devices that the registry has, in this order, as far as they are not there yet. Of those
   * that were deleted meanwhile listed ones are unknown; who fits a filter again is found again.
   *
   * @param place that the registry's log had before it was asked
   */
  static Uni<Integer> add(SqlConnection db, Job job, List<DeviceId> devices, long place) {
    if (devices.isEmpty()) {
      return Uni.createFrom().item(0);
    }
    var addresses = devices.stream().map(it -> new DeviceAddress(job.tenant(), it)).toList();
    return Arrivals.keepApart(db, addresses)
        .flatMap(done -> Deletions.since(db, place, addresses))
        .flatMap(
            deleted -> {
              var gone = deleted.stream().map(DeviceAddress::device).toList();
              var there = devices.stream().filter(it -> !gone.contains(it)).toList();
              return job.plan().targets() instanceof Targets.Listed
                  ? addUnknown(db, job, gone).flatMap(added -> add(db, job, there))
                  : add(db, job, there);
            });
  }

  private static Uni<Integer> add(SqlConnection db, Job job, List<DeviceId> devices) {
    var tenant = job.tenant().value();
    var names = names(devices);
    return db.preparedQuery(MAKE_QUEUES)
        .execute(Tuple.of(tenant, names))
        .flatMap(made -> db.preparedQuery(KNOW).execute(Tuple.of(tenant, names)))
        .flatMap(known -> db.preparedQuery(ADD).execute(Tuple.of(job.key(), tenant, names)))
        .map(RowSet::rowCount);
  }

  /** Adds devices that the registry does not have: they are told of, and have no turn. */
  static Uni<Integer> addUnknown(SqlConnection db, Job job, List<DeviceId> devices) {
    if (devices.isEmpty()) {
      return Uni.createFrom().item(0);
    }
    return db.preparedQuery(ADD_UNKNOWN)
        .execute(Tuple.of(job.key(), names(devices)))
        .map(RowSet::rowCount);
  }

  static Uni<Counts> counts(SqlConnection db, long job, Instant now) {
    return db.preparedQuery(COUNTS)
        .execute(Tuple.of(job, JobTable.time(now)))
        .map(TargetTable::counts);
  }

  /** Whose window closed before the command was sent has another turn. */
  static Uni<Integer> returnExpired(SqlConnection db, long job, Instant now) {
    return db.preparedQuery(RETURN)
        .execute(Tuple.of(job, JobTable.time(now)))
        .map(RowSet::rowCount);
  }

  /** Devices that are gone have no turn any more. */
  static Uni<Integer> removeDeleted(SqlConnection db, long job) {
    return db.preparedQuery(REMOVE_DELETED).execute(Tuple.of(job)).map(RowSet::rowCount);
  }

  /** Nobody who waits has a turn any more. */
  static Uni<Integer> cancelPending(SqlConnection db, long job) {
    return db.preparedQuery(CANCEL_PENDING).execute(Tuple.of(job)).map(RowSet::rowCount);
  }

  /**
   * Gives another turn to devices whose command ended in one of these states.
   *
   * @param states with {@code cancelled} also those that had no turn before the job ended
   */
  static Uni<Integer> again(SqlConnection db, long job, List<String> states) {
    return db.preparedQuery(AGAIN)
        .execute(Tuple.of(job, states.toArray(String[]::new)))
        .map(RowSet::rowCount)
        .flatMap(
            again ->
                states.contains("cancelled")
                    ? db.preparedQuery(CANCELLED_AGAIN)
                        .execute(Tuple.of(job))
                        .map(more -> again + more.rowCount())
                    : Uni.createFrom().item(again));
  }

  private static Counts counts(RowSet<Row> rows) {
    Map<String, Long> byState = new HashMap<>();
    var open = 0L;
    var done = 0L;
    var returning = 0L;
    for (var row : rows) {
      byState.put(row.getString("state"), row.getLong("all"));
      open += row.getLong("open");
      done += row.getLong("done");
      returning += row.getLong("returning");
    }
    return new Counts(byState, open, done, returning);
  }

  private static String[] names(List<DeviceId> devices) {
    return devices.stream().map(DeviceId::value).toArray(String[]::new);
  }
}
