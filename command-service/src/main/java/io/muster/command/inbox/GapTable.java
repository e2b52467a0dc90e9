package io.muster.command.inbox;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The one row that says that nobody knows who is connected, and how much of that has been told
 * again. Whoever changes both locks it before {@code connection}. Stateless.
 */
final class GapTable {
  private static final String OPEN =
      """
      INSERT INTO presence_gap (since, look_at) VALUES ($1, $1) ON CONFLICT (only_row) DO UPDATE
        SET since = excluded.since, look_at = excluded.look_at, retold_up_to = ''\
      """;
  private static final String SINCE = "SELECT since FROM presence_gap";

  // One instance at a time; another one goes on when it says nothing for so long.
  private static final String CLAIM =
      """
      UPDATE presence_gap SET look_at = $3 WHERE look_at <= $1 AND since <= $2
      RETURNING since, retold_up_to\
      """;
  private static final String HOLD =
      "SELECT FROM presence_gap WHERE since = $1 AND retold_up_to = $2 FOR UPDATE";
  private static final String PUT_OFF = "UPDATE presence_gap SET look_at = $2 WHERE since = $1";
  private static final String MOVE_ON = "UPDATE presence_gap SET retold_up_to = $1, look_at = $2";
  private static final String CLOSE = "DELETE FROM presence_gap";

  private static final String CONNECTED =
      """
      INSERT INTO connection AS c (client_identifier, tenant, device, epoch, alive, changed_at)
      SELECT client, tenant, device, epoch, true, since
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[])
          AS told (client, tenant, device, epoch, since)
       ORDER BY client
      ON CONFLICT (client_identifier) DO UPDATE
        SET tenant = excluded.tenant, device = excluded.device, epoch = excluded.epoch,
            alive = true, changed_at = excluded.changed_at
      WHERE c.epoch < excluded.epoch\
      """;
  private static final String LISTENS =
      """
      INSERT INTO listener AS l (client_identifier, tenant, device, epoch)
      SELECT c.client_identifier, told.tenant, told.device, c.epoch
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
          AS told (client, tenant, device, epoch)
        JOIN connection AS c
          ON c.client_identifier = told.client AND c.epoch = told.epoch AND c.alive
      ON CONFLICT (client_identifier, tenant, device) DO UPDATE SET epoch = excluded.epoch
      WHERE l.epoch < excluded.epoch\
      """;

  // In the order of their keys, as everybody locks them, and by keys and not by joins: those leave
  // out what was changed meanwhile (decision 0021).
  private static final String WAKE =
      """
      WITH waiting AS MATERIALIZED (
        SELECT key FROM device_queue
         WHERE key = ANY (ARRAY(
                 SELECT q.key FROM device_queue AS q
                   JOIN unnest($1::text[], $2::text[]) AS told (tenant, device)
                     ON q.tenant = told.tenant AND q.device = told.device))
           AND open_commands > 0
         ORDER BY key FOR UPDATE)
      UPDATE device_queue SET look_at = $3 WHERE key = ANY (ARRAY(SELECT key FROM waiting))\
      """;

  private GapTable() {}

  /**
   * A gap, and how much of it is left.
   *
   * @param upTo the last client identifier that was told again
   */
  record Gap(Instant since, String upTo) {}

  /** A client that hears what is said to a device. */
  record Listener(String client, long epoch, DeviceAddress device) {}

  /** It begins, or begins anew. */
  static Uni<Void> open(SqlConnection db, Instant now) {
    return db.preparedQuery(OPEN).execute(Tuple.of(utc(now))).replaceWithVoid();
  }

  /** Since when it is there; empty when there is none. */
  static Uni<Optional<Instant>> since(SqlConnection db) {
    return db.query(SINCE)
        .execute()
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(rows.iterator().next().getOffsetDateTime(0).toInstant()));
  }

  /**
   * The gap, if one began before and nobody else works at it; then this instance does.
   *
   * @param claim for how long
   */
  static Uni<Optional<Gap>> claim(
      SqlConnection db, Instant now, Instant begunBefore, Duration claim) {
    return db.preparedQuery(CLAIM)
        .execute(Tuple.of(utc(now), utc(begunBefore), utc(now.plus(claim))))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(
                        new Gap(
                            rows.iterator().next().getOffsetDateTime(0).toInstant(),
                            rows.iterator().next().getString(1))));
  }

  /** Whether it is still the same; nobody else changes it until the transaction ends. */
  static Uni<Boolean> hold(SqlConnection db, Gap gap) {
    return db.preparedQuery(HOLD)
        .execute(Tuple.of(utc(gap.since()), gap.upTo()))
        .map(rows -> rows.size() == 1);
  }

  static Uni<Void> putOff(SqlConnection db, Gap gap, Instant until) {
    return db.preparedQuery(PUT_OFF)
        .execute(Tuple.of(utc(gap.since()), utc(until)))
        .replaceWithVoid();
  }

  /**
   * @param next up to where it was told now; null: to the end
   */
  static Uni<Void> moveOn(SqlConnection db, String next, Instant now) {
    return next == null
        ? db.query(CLOSE).execute().replaceWithVoid()
        : db.preparedQuery(MOVE_ON).execute(Tuple.of(next, utc(now))).replaceWithVoid();
  }

  /** These are connected, unless the log has told something newer. */
  static Uni<Void> connected(SqlConnection db, List<ConnectedSession> told) {
    return db.preparedQuery(CONNECTED)
        .execute(
            Tuple.of(
                told.stream().map(ConnectedSession::clientIdentifier).toArray(String[]::new),
                tenants(told.stream().map(ConnectedSession::device).toList()),
                devices(told.stream().map(ConnectedSession::device).toList()),
                told.stream().map(ConnectedSession::epoch).toArray(Long[]::new),
                told.stream().map(it -> utc(it.since())).toArray(OffsetDateTime[]::new)))
        .replaceWithVoid();
  }

  /** These hear, if they are connected. */
  static Uni<Void> listen(SqlConnection db, List<Listener> told) {
    return db.preparedQuery(LISTENS)
        .execute(
            Tuple.of(
                told.stream().map(Listener::client).toArray(String[]::new),
                tenants(told.stream().map(Listener::device).toList()),
                devices(told.stream().map(Listener::device).toList()),
                told.stream().map(Listener::epoch).toArray(Long[]::new)))
        .replaceWithVoid();
  }

  /** What waits for these is looked at now. */
  static Uni<Void> wake(SqlConnection db, Collection<DeviceAddress> devices, Instant now) {
    return db.preparedQuery(WAKE)
        .execute(Tuple.of(tenants(devices), devices(devices), utc(now)))
        .replaceWithVoid();
  }

  private static String[] tenants(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.tenant().value()).toArray(String[]::new);
  }

  private static String[] devices(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.device().value()).toArray(String[]::new);
  }

  private static OffsetDateTime utc(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
