package io.muster.ingest.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Whose packets are written down, for all replicas. Times are the database's, since the clocks of
 * the replicas may differ. Thread-safe.
 */
@ApplicationScoped
class SwitchTable {
  /** Tells all replicas to read the table again. */
  static final String CHANNEL = "muster_packet_log_switch";

  private static final String COLUMNS =
      """
      tenant, device, payloads, since, ends_at,
      (extract(epoch FROM ends_at - now()) * 1000)::bigint AS left_millis\
      """;

  private static final String ALL =
      "SELECT " + COLUMNS + " FROM packet_log ORDER BY ends_at DESC LIMIT $1";

  private static final String ONE =
      "SELECT " + COLUMNS + " FROM packet_log WHERE tenant = $1 AND device = $2";

  /** One after the other, so that no two take the last place. */
  private static final String LOCK = "LOCK TABLE packet_log IN SHARE ROW EXCLUSIVE MODE";

  /** What has ended stays readable for an hour. */
  private static final String FORGET =
      "DELETE FROM packet_log WHERE ends_at < now() - interval '1 hour'";

  private static final String COUNT =
      """
      SELECT count(*), count(*) FILTER (WHERE tenant = $1) FROM packet_log
       WHERE ends_at > now() AND NOT (tenant = $1 AND device = $2)\
      """;

  private static final String PUT =
      """
      INSERT INTO packet_log (tenant, device, payloads, since, ends_at)
      VALUES ($1, $2, $3, now(), now() + make_interval(mins => $4))
      ON CONFLICT (tenant, device) DO UPDATE
        SET payloads = excluded.payloads, since = excluded.since, ends_at = excluded.ends_at
      RETURNING\
      """
          + " "
          + COLUMNS;

  private static final String REMOVE =
      """
      WITH gone AS (
        DELETE FROM packet_log WHERE tenant = $1 AND device = $2
        RETURNING ends_at > now() AS was_on)
      SELECT was_on, pg_notify('muster_packet_log_switch', '') FROM gone\
      """;

  private final Pool pool;
  private final PacketLogConfig config;

  SwitchTable(Pool pool, PacketLogConfig config) {
    this.pool = pool;
    this.config = config;
  }

  /**
   * Switches on, or on for longer, and tells all replicas.
   *
   * @throws io.muster.rest.problem.RefusedException with as many on as allowed
   */
  Uni<StoredSwitch> put(DeviceAddress device, PacketLogSwitch wanted) {
    return UniHelper.toUni(
        pool.withTransaction(
            connection ->
                connection
                    .query(LOCK)
                    .execute()
                    .compose(locked -> connection.query(FORGET).execute())
                    .compose(gone -> requirePlace(connection, device))
                    .compose(place -> put(connection, device, wanted))));
  }

  private Future<Void> requirePlace(SqlClient connection, DeviceAddress device) {
    return connection
        .preparedQuery(COUNT)
        .execute(key(device))
        .map(
            rows -> {
              var counts = rows.iterator().next();
              require(counts.getLong(1), config.devicesOfTenant(), "packet logs of a tenant");
              require(counts.getLong(0), config.devices(), "packet logs");
              return null;
            });
  }

  private static void require(long others, int most, String what) {
    if (others >= most) {
      throw new Refusal.LimitReached(what, most).asException();
    }
  }

  private static Future<StoredSwitch> put(
      SqlClient connection, DeviceAddress device, PacketLogSwitch wanted) {
    return connection
        .preparedQuery(PUT)
        .execute(key(device).addBoolean(wanted.payloads()).addInteger(wanted.minutes()))
        .compose(
            rows ->
                connection
                    .query("SELECT pg_notify('muster_packet_log_switch', '')")
                    .execute()
                    .map(told -> all(rows).getFirst()));
  }

  /**
   * Switches off, forgets it, and tells all replicas.
   *
   * @return whether it was on; null when there was nothing
   */
  Uni<Boolean> remove(DeviceAddress device) {
    return UniHelper.toUni(
        pool.preparedQuery(REMOVE)
            .execute(key(device))
            .map(rows -> rows.size() == 0 ? null : rows.iterator().next().getBoolean(0)));
  }

  /** The device's, or null. */
  Uni<StoredSwitch> find(DeviceAddress device) {
    return UniHelper.toUni(
        pool.preparedQuery(ONE)
            .execute(key(device))
            .map(rows -> rows.size() == 0 ? null : all(rows).getFirst()));
  }

  /** Those that are on, and as many as there may be of those that were. */
  Future<List<StoredSwitch>> read() {
    return pool.preparedQuery(ALL).execute(Tuple.of(2 * config.devices())).map(SwitchTable::all);
  }

  private static Tuple key(DeviceAddress device) {
    return Tuple.of(device.tenant().value(), device.device().value());
  }

  private static List<StoredSwitch> all(RowSet<Row> rows) {
    var switches = new ArrayList<StoredSwitch>();
    rows.forEach(
        row ->
            switches.add(
                new StoredSwitch(
                    DeviceAddress.of(row.getString(0), row.getString(1)),
                    row.getBoolean(2),
                    instant(row.getOffsetDateTime(3)),
                    instant(row.getOffsetDateTime(4)),
                    Duration.ofMillis(row.getLong(5)))));
    return switches;
  }

  private static Instant instant(OffsetDateTime time) {
    return time.toInstant();
  }
}
