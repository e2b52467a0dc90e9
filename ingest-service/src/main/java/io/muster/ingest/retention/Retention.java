package io.muster.ingest.retention;

import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Makes partitions before they are needed and drops those that are older than what is kept; deletes
 * old events and dead letters, some at a time. One replica at a time does it. Thread-safe.
 */
public final class Retention {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.retention");

  /** Held by the session that cleans up; released when its connection ends, as it always does. */
  private static final String LOCK =
      "SELECT pg_try_advisory_lock(hashtext('muster.ingest.retention'))";

  private static final String EXPIRED =
      "SELECT name FROM reading_partition WHERE ends <= $1 ORDER BY starts";

  /** Null when it is no partition any more, true when a detaching was interrupted. */
  private static final String ATTACHED =
      """
      SELECT i.inhdetachpending FROM pg_inherits i
       WHERE i.inhrelid = to_regclass($1) AND i.inhparent = 'reading'::regclass""";

  private static final String DELETE_EVENTS =
      """
      DELETE FROM event WHERE (device_key, time, id) IN
        (SELECT device_key, time, id FROM event WHERE time < $1 LIMIT $2)""";

  private static final String DELETE_LETTERS =
      """
      DELETE FROM dead_letter WHERE id IN
        (SELECT id FROM dead_letter WHERE received_at < $1 LIMIT $2)""";

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Supplier<Future<? extends SqlConnection>> connections;
  private final Clock clock;
  private final ReadingPartitions partitions;
  private final Kept kept;

  /**
   * How long what is kept, empty for ever.
   *
   * @param deleteRows how many rows one statement deletes
   * @param longest how long one sweep deletes; the next goes on
   */
  public record Kept(
      Optional<Duration> readings,
      Optional<Duration> events,
      Duration deadLetters,
      int deleteRows,
      Duration longest) {}

  /**
   * @param connections opens one for a sweep, which closes it: whatever went wrong on it, neither a
   *     transaction nor the lock outlives the sweep
   */
  public Retention(
      Supplier<Future<? extends SqlConnection>> connections,
      Clock clock,
      ReadingPartitions partitions,
      Kept kept) {
    this.connections = connections;
    this.clock = clock;
    this.partitions = partitions;
    this.kept = kept;
  }

  /** Does what is due; without effect while another replica does it. */
  public Future<Void> sweep() {
    return connections
        .get()
        .compose(
            connection ->
                lockAndSweep(connection).eventually(() -> connection.close().otherwiseEmpty()));
  }

  private Future<Void> lockAndSweep(SqlConnection connection) {
    return connection
        .query(LOCK)
        .execute()
        .compose(
            rows ->
                rows.iterator().next().getBoolean(0)
                    ? sweepLocked(connection)
                    : Future.succeededFuture());
  }

  private Future<Void> sweepLocked(SqlConnection connection) {
    var until = System.nanoTime() + kept.longest.toNanos();
    return makeAhead(connection)
        .compose(made -> dropExpired(connection))
        .compose(dropped -> deleteEvents(connection, until))
        .compose(
            deleted -> deleteOlder(connection, DELETE_LETTERS, before(kept.deadLetters), until));
  }

  private Future<Void> makeAhead(SqlConnection connection) {
    var now = clock.instant();
    return partitions.ensure(connection, List.of(now, now.plus(1, ChronoUnit.DAYS)));
  }

  private Future<Void> dropExpired(SqlConnection connection) {
    if (kept.readings.isEmpty()) {
      return Future.succeededFuture();
    }
    return connection
        .query("SET lock_timeout = '5s'")
        .execute()
        .compose(
            set -> connection.preparedQuery(EXPIRED).execute(Tuple.of(before(kept.readings.get()))))
        .compose(
            rows -> {
              var names = new ArrayList<String>();
              rows.forEach(row -> names.add(row.getString(0)));
              return OneByOne.each(names.iterator(), name -> drop(connection, name));
            })
        .compose(dropped -> connection.query("RESET lock_timeout").execute().mapEmpty());
  }

  /**
   * Takes the partition out of the table without locking out those who write and read (so not in a
   * transaction), and drops it then. Each step may be the last before the process dies: the next
   * sweep goes on from there.
   */
  private Future<Void> drop(SqlConnection connection, String name) {
    return connection
        .preparedQuery(ATTACHED)
        .execute(Tuple.of(name))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return Future.succeededFuture();
              }
              var isPending = rows.iterator().next().getBoolean(0);
              return connection
                  .query(
                      "ALTER TABLE reading DETACH PARTITION "
                          + quoted(name)
                          + (isPending ? " FINALIZE" : " CONCURRENTLY"))
                  .execute();
            })
        .compose(
            detached ->
                connection
                    .query(
                        "BEGIN; DROP TABLE IF EXISTS "
                            + quoted(name)
                            + "; DELETE FROM reading_partition WHERE name = '"
                            + name
                            + "'; COMMIT")
                    .execute())
        .<Void>map(
            dropped -> {
              partitions.forget();
              LOG.infof(
                  "Dropped the readings of partition %s: they are older than what is kept", name);
              return null;
            })
        .recover(failure -> passOver(connection, name, failure));
  }

  /** A long read is in the way: the partition is dropped another time. */
  private static Future<Void> passOver(SqlConnection connection, String name, Throwable failure) {
    if (failure instanceof PgException refused
        && LOCK_NOT_AVAILABLE.equals(refused.getSqlState())) {
      LOG.infof("Partition %s is in use and stays for now", name);
      return connection.query("ROLLBACK").execute().mapEmpty();
    }
    return Future.failedFuture(failure);
  }

  /** Our own names, as the function ensure_reading_partition makes them. */
  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private Future<Void> deleteEvents(SqlConnection connection, long until) {
    return kept.events.isEmpty()
        ? Future.succeededFuture()
        : deleteOlder(connection, DELETE_EVENTS, before(kept.events.get()), until);
  }

  private Future<Void> deleteOlder(
      SqlConnection connection, String sql, OffsetDateTime before, long until) {
    return OneByOne.whilst(
        () ->
            connection
                .preparedQuery(sql)
                .execute(Tuple.of(before, kept.deleteRows))
                .map(
                    deleted -> deleted.rowCount() >= kept.deleteRows && System.nanoTime() < until));
  }

  private OffsetDateTime before(Duration age) {
    Instant moment = clock.instant().minus(age);
    return moment.atOffset(ZoneOffset.UTC);
  }
}
