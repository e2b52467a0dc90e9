package io.muster.command.queue;

import io.muster.command.life.Presence;
import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The table {@code device_queue}: which device's commands are whose to change. Stateless. */
final class QueueTable {
  private static final String DUE =
      """
      SELECT key FROM device_queue WHERE look_at <= $1 ORDER BY look_at LIMIT $2
         FOR UPDATE SKIP LOCKED\
      """;

  // In the order of their keys, so that two that need the same never wait for each other in a ring.
  // By keys and not by a join: PostgreSQL 18.1 leaves out of a join what was changed while it
  // waited for the lock (decision 0021).
  private static final String LOCK =
      """
      SELECT key FROM device_queue
       WHERE key = ANY (ARRAY(
               SELECT q.key FROM device_queue AS q
                 JOIN unnest($1::text[], $2::text[]) AS wanted (tenant, device)
                   ON q.tenant = wanted.tenant AND q.device = wanted.device))
       ORDER BY key FOR UPDATE\
      """;
  private static final String LOCK_KEYS =
      "SELECT key FROM device_queue WHERE key = ANY ($1) ORDER BY key FOR UPDATE";

  private static final String READ =
      """
      SELECT q.key, q.tenant, q.device,
             CASE
               WHEN EXISTS (SELECT FROM connection AS c
                             WHERE c.tenant = q.tenant AND c.device = q.device AND c.alive)
                 OR EXISTS (SELECT FROM listener AS l
                              JOIN connection AS c USING (client_identifier, epoch)
                             WHERE l.tenant = q.tenant AND l.device = q.device AND c.alive)
                 THEN 'CONNECTED'
               WHEN EXISTS (SELECT FROM presence_gap)
                AND NOT EXISTS (SELECT FROM connection AS c
                                 WHERE c.tenant = q.tenant AND c.device = q.device)
                 THEN 'UNKNOWN'
               ELSE 'ABSENT'
             END AS presence,
             a.queue_key IS NOT NULL AS fetches, a.fetches_until,
             (SELECT until FROM ingest_heard) AS heard_until
        FROM device_queue AS q LEFT JOIN aws_device AS a ON a.queue_key = q.key
       WHERE q.key = ANY ($1)\
      """;

  private static final String WRITE =
      """
      UPDATE device_queue AS q
         SET look_at = w.look_at, open_commands = q.open_commands - w.finished
        FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[]) AS w (key, look_at, finished)
       WHERE q.key = w.key\
      """;

  // What the device was told of the jobs that it fetches may not be so any more.
  private static final String TELL =
      "UPDATE aws_device SET due_at = least(due_at, $2) WHERE queue_key = ANY ($1)";

  private QueueTable() {}

  /** The keys of those that are to be looked at by now and that nobody else is looking at. */
  static Uni<Long[]> lockDue(SqlConnection db, Instant now, int limit) {
    return db.preparedQuery(DUE)
        .execute(Tuple.of(now.atOffset(ZoneOffset.UTC), limit))
        .map(QueueTable::keys);
  }

  /** The keys of the devices' queues, as far as they have one; waits for others. */
  static Uni<Long[]> lock(SqlConnection db, Collection<DeviceAddress> devices) {
    var tenants = devices.stream().map(it -> it.tenant().value()).toArray(String[]::new);
    var names = devices.stream().map(it -> it.device().value()).toArray(String[]::new);
    return db.preparedQuery(LOCK).execute(Tuple.of(tenants, names)).map(QueueTable::keys);
  }

  /** Waits for others. */
  static Uni<Long[]> lockKeys(SqlConnection db, Collection<Long> keys) {
    return db.preparedQuery(LOCK_KEYS)
        .execute(Tuple.of(keys.toArray(Long[]::new)))
        .map(QueueTable::keys);
  }

  /**
   * @param finished how many commands of each have ended
   */
  static Uni<Void> write(
      SqlConnection db, Long[] keys, OffsetDateTime[] lookAt, Integer[] finished) {
    return db.preparedQuery(WRITE).execute(Tuple.of(keys, lookAt, finished)).replaceWithVoid();
  }

  /** Devices that fetch commands of jobs are told when these are others than they know of. */
  static Uni<Void> tell(SqlConnection db, Long[] keys, Instant now) {
    return db.preparedQuery(TELL)
        .execute(Tuple.of(keys, now.atOffset(ZoneOffset.UTC)))
        .replaceWithVoid();
  }

  /**
   * Who is there, and until when devices were heard, is read after the lock: what was told before
   * is seen.
   */
  static Uni<List<LockedQueue>> read(SqlConnection db, Long[] keys) {
    return db.preparedQuery(READ).execute(Tuple.of((Object) keys)).map(QueueTable::queues);
  }

  private static List<LockedQueue> queues(RowSet<Row> rows) {
    List<LockedQueue> queues = new ArrayList<>(rows.size());
    for (var row : rows) {
      queues.add(
          new LockedQueue(
              row.getLong("key"),
              DeviceAddress.of(row.getString("tenant"), row.getString("device")),
              Presence.valueOf(row.getString("presence")),
              row.getBoolean("fetches"),
              instant(row, "fetches_until"),
              instant(row, "heard_until")));
    }
    return queues;
  }

  private static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  private static Long[] keys(RowSet<Row> rows) {
    var keys = new Long[rows.size()];
    var i = 0;
    for (var row : rows) {
      keys[i++] = row.getLong(0);
    }
    return keys;
  }
}
