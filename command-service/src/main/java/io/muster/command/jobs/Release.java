package io.muster.command.jobs;

import io.muster.outbox.EventIds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Gives many devices a job's command: a statement for all of them each, whatever their number. Its
 * caller holds the job's row. Sending is left to whoever looks after the queues. Stateless.
 */
final class Release {
  private static final String CHOOSE =
      """
      SELECT q.key, t.device FROM job_target AS t JOIN device_queue AS q ON q.key = t.queue_key
       WHERE t.job_key = $1 AND t.state = 'pending' AND NOT q.deleted AND q.open_commands < $2
       ORDER BY t.place LIMIT $3\
      """;
  private static final String LOCK =
      """
      SELECT key FROM device_queue WHERE key = ANY ($1) AND NOT deleted AND open_commands < $2
       ORDER BY key FOR UPDATE\
      """;
  private static final String INSERT =
      """
      INSERT INTO command (id, queue_key, tenant, job_key, name, content_type, traceparent,
                           tracestate, created_at, created_by, one_way, qos, expires_at,
                           response_timeout_ms, retries, min_backoff_ms, max_backoff_ms, state,
                           since, next_attempt_at, steps)
      SELECT fresh.id, fresh.queue_key, j.tenant, j.key, j.name, j.content_type, j.traceparent,
             j.tracestate, $4::timestamptz, j.created_by, j.one_way, j.qos, $5::timestamptz,
             j.response_timeout_ms, j.retries, j.min_backoff_ms, j.max_backoff_ms, 'queued',
             $4::timestamptz, $4::timestamptz,
             jsonb_build_array(jsonb_build_array('queued', null, $6::text))
        FROM unnest($2::uuid[], $3::bigint[]) AS fresh (id, queue_key)
       CROSS JOIN job AS j
       WHERE j.key = $1\
      """;
  private static final String RELEASED =
      """
      UPDATE job_target AS t
         SET state = 'released', command_key = c.key, deadline = coalesce(t.deadline, $4)
        FROM unnest($2::uuid[], $3::text[]) AS fresh (id, device)
        JOIN command AS c ON c.id = fresh.id
       WHERE t.job_key = $1 AND t.device = fresh.device\
      """;
  private static final String COUNT =
      """
      UPDATE device_queue SET open_commands = open_commands + 1, look_at = $2
       WHERE key = ANY ($1)\
      """;

  private Release() {}

  /**
   * Gives it to the next of them whose queues have room.
   *
   * @param most how many
   * @param openPerDevice how many open commands a device may have
   * @param expiry until when it may be sent
   * @return how many
   */
  static Uni<Integer> of(
      SqlConnection db,
      Job job,
      int most,
      int openPerDevice,
      Instant now,
      Instant expiry,
      EventIds ids) {
    if (most == 0) {
      return Uni.createFrom().item(0);
    }
    return db.preparedQuery(CHOOSE)
        .execute(Tuple.of(job.key(), openPerDevice, most))
        .flatMap(
            chosen -> {
              Map<Long, String> devices = new HashMap<>();
              chosen.forEach(row -> devices.put(row.getLong(0), row.getString(1)));
              return lock(db, devices, openPerDevice);
            })
        .flatMap(
            devices ->
                devices.isEmpty()
                    ? Uni.createFrom().item(0)
                    : insert(db, job, devices, now, expiry, ids));
  }

  /** Those that are still as they were chosen, and stay so. */
  private static Uni<Map<Long, String>> lock(
      SqlConnection db, Map<Long, String> devices, int openPerDevice) {
    return db.preparedQuery(LOCK)
        .execute(Tuple.of(devices.keySet().toArray(Long[]::new), openPerDevice))
        .map(
            rows -> {
              Map<Long, String> locked = new HashMap<>();
              rows.forEach(row -> locked.put(row.getLong(0), devices.get(row.getLong(0))));
              return locked;
            });
  }

  private static Uni<Integer> insert(
      SqlConnection db,
      Job job,
      Map<Long, String> devices,
      Instant now,
      Instant expiry,
      EventIds ids) {
    List<Long> keys = new ArrayList<>(devices.keySet());
    var queues = keys.toArray(Long[]::new);
    var names = keys.stream().map(devices::get).toArray(String[]::new);
    var commands = keys.stream().map(key -> ids.next()).toArray(UUID[]::new);
    var at = JobTable.time(now);
    var deadline = JobTable.time(now.plus(job.timeToLive()));
    return db.preparedQuery(INSERT)
        .execute(Tuple.of(job.key(), commands, queues, at, JobTable.time(expiry), now.toString()))
        .flatMap(
            made ->
                db.preparedQuery(RELEASED).execute(Tuple.of(job.key(), commands, names, deadline)))
        .flatMap(released -> db.preparedQuery(COUNT).execute(Tuple.of(queues, at)))
        .replaceWith(queues.length);
  }
}
