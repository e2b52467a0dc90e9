package io.muster.command.aws;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The table {@code aws_device}: which devices fetch their jobs here. Whoever changes a row holds
 * the device's queue. Stateless.
 */
final class DeviceTable {
  private static final String KNOWN =
      """
      SELECT q.tenant, q.device, a.fetches_until IS NULL AS settled
        FROM unnest($1::text[], $2::text[]) AS wanted (tenant, device)
        JOIN device_queue AS q ON q.tenant = wanted.tenant AND q.device = wanted.device
        JOIN aws_device AS a ON a.queue_key = q.key\
      """;

  // In the order of their names, as others insert them.
  private static final String MAKE_QUEUES =
      """
      INSERT INTO device_queue (tenant, device, known)
      SELECT tenant, device, false
        FROM unnest($1::text[], $2::text[]) AS wanted (tenant, device)
       ORDER BY tenant, device
      ON CONFLICT (tenant, device) DO NOTHING\
      """;

  // What it hears it is told anew: it may have missed it.
  private static final String LISTENS =
      """
      INSERT INTO aws_device AS a (queue_key, client_identifier, epoch, due_at)
      SELECT key, $3::text, $4::bigint, $7::timestamptz FROM device_queue WHERE tenant = $1 AND device = $2
      ON CONFLICT (queue_key) DO UPDATE
        SET client_identifier = excluded.client_identifier, epoch = excluded.epoch,
            fetches_until = NULL, due_at = excluded.due_at,
            listed = CASE WHEN $5 THEN '{}' ELSE a.listed END,
            next_key = CASE WHEN $6 THEN NULL ELSE a.next_key END
      WHERE a.client_identifier IS DISTINCT FROM excluded.client_identifier
         OR a.epoch <= excluded.epoch\
      """;
  private static final String HEARS =
      """
      UPDATE aws_device AS a
         SET client_identifier = $3, epoch = $4, due_at = $7,
             listed = CASE WHEN $5 THEN '{}' ELSE a.listed END,
             next_key = CASE WHEN $6 THEN NULL ELSE a.next_key END
        FROM device_queue AS q
       WHERE q.tenant = $1 AND q.device = $2 AND a.queue_key = q.key
         AND (a.client_identifier IS DISTINCT FROM $3 OR a.epoch <= $4)\
      """;

  // Not while the connection lives that listens to jobs here.
  private static final String TURNS =
      """
      UPDATE aws_device AS a SET fetches_until = $3
        FROM device_queue AS q
       WHERE q.tenant = $1 AND q.device = $2 AND a.queue_key = q.key AND a.fetches_until IS NULL
         AND NOT EXISTS (SELECT FROM connection AS c
                          WHERE c.client_identifier = a.client_identifier AND c.epoch = a.epoch
                            AND c.alive)\
      """;
  private static final String ASKS =
      """
      INSERT INTO aws_device AS a (queue_key)
      SELECT q.key FROM unnest($1::text[], $2::text[]) AS asking (tenant, device)
        JOIN device_queue AS q ON q.tenant = asking.tenant AND q.device = asking.device
      ON CONFLICT (queue_key) DO UPDATE SET fetches_until = NULL WHERE a.fetches_until IS NOT NULL\
      """;
  private static final String ARRIVED =
      """
      UPDATE aws_device AS a SET told = '{}', tell_again_at = NULL
        FROM device_queue AS q
       WHERE q.tenant = $1 AND q.device = $2 AND a.queue_key = q.key AND $3 = ANY (a.told)\
      """;

  private static final String FORGET =
      """
      DELETE FROM aws_device AS a
       USING device_queue AS q
        JOIN unnest($1::text[], $2::text[]) AS gone (tenant, device)
          ON q.tenant = gone.tenant AND q.device = gone.device
       WHERE a.queue_key = q.key\
      """;

  private DeviceTable() {}

  /**
   * Those of the devices that fetch their jobs, or did.
   *
   * @return for each whether it does without an end in sight
   */
  static Uni<Map<DeviceAddress, Boolean>> known(
      SqlConnection db, Collection<DeviceAddress> devices) {
    return db.preparedQuery(KNOWN)
        .execute(names(devices))
        .map(
            rows -> {
              Map<DeviceAddress, Boolean> known = new HashMap<>();
              rows.forEach(
                  row ->
                      known.put(
                          DeviceAddress.of(row.getString("tenant"), row.getString("device")),
                          row.getBoolean("settled")));
              return known;
            });
  }

  /** A device may ask before it was ever sent a command. */
  static Uni<Void> makeQueues(SqlConnection db, Collection<DeviceAddress> devices) {
    return devices.isEmpty()
        ? Uni.createFrom().voidItem()
        : db.preparedQuery(MAKE_QUEUES).execute(names(devices)).replaceWithVoid();
  }

  /** It fetches its jobs from now on. */
  static Uni<Void> listens(SqlConnection db, Listening it, Instant now) {
    return heard(db, LISTENS, it, now);
  }

  /** It hears of its jobs, should it be one that fetches them. */
  static Uni<Void> hears(SqlConnection db, Listening it, Instant now) {
    return heard(db, HEARS, it, now);
  }

  /** It will not fetch them any more, unless it says otherwise by then. */
  static Uni<Void> turns(SqlConnection db, Listening it, Instant until) {
    var values = Tuple.of(it.device().tenant().value(), it.device().device().value(), time(until));
    return db.preparedQuery(TURNS).execute(values).replaceWithVoid();
  }

  /** They asked for their jobs, so they fetch them. */
  static Uni<Void> ask(SqlConnection db, Collection<DeviceAddress> devices) {
    return devices.isEmpty()
        ? Uni.createFrom().voidItem()
        : db.preparedQuery(ASKS).execute(names(devices)).replaceWithVoid();
  }

  /** A message that told it of its jobs has arrived. */
  static Uni<Void> arrived(SqlConnection db, DeviceAddress device, UUID message) {
    return db.preparedQuery(ARRIVED)
        .execute(Tuple.of(device.tenant().value(), device.device().value(), message))
        .replaceWithVoid();
  }

  /** What is known of these devices. */
  static Uni<Void> forget(SqlConnection db, Collection<DeviceAddress> devices) {
    return db.preparedQuery(FORGET).execute(names(devices)).replaceWithVoid();
  }

  private static Uni<Void> heard(SqlConnection db, String sql, Listening it, Instant now) {
    var values =
        Tuple.tuple()
            .addString(it.device().tenant().value())
            .addString(it.device().device().value())
            .addString(it.client())
            .addLong(it.epoch())
            .addBoolean(it.jobs().list())
            .addBoolean(it.jobs().next())
            .addOffsetDateTime(time(now));
    return db.preparedQuery(sql).execute(values).replaceWithVoid();
  }

  private static Tuple names(Collection<DeviceAddress> devices) {
    var list = List.copyOf(devices);
    return Tuple.of(
        list.stream().map(it -> it.tenant().value()).toArray(String[]::new),
        list.stream().map(it -> it.device().value()).toArray(String[]::new));
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
