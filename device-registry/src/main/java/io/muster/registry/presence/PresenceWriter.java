package io.muster.registry.presence;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Writes {@code presence}, {@code presence_connection} and {@code presence_change}, for many
 * devices in a few statements. Stateless.
 */
final class PresenceWriter {
  // One statement, since others wait for the rows meanwhile. Its parts do not see each other's
  // work.
  private static final String WRITE =
      """
      WITH changed AS (
        SELECT * FROM unnest($1::int[], $2::text[], $3::timestamptz[], $4::text[],
                             $5::timestamptz[], $6::int[], $7::uuid[], $8::bigint[],
                             $9::timestamptz[])
          AS v (device_key, status, since, reason, last_seen, keep_alive_seconds, heard_by,
                changes, look_at)),
      remembered AS (
        INSERT INTO presence_change (device_key, number, at, status, reason)
        SELECT * FROM unnest($10::int[], $11::bigint[], $12::timestamptz[], $13::text[],
                             $14::text[])),
      trimmed AS (
        DELETE FROM presence_change c USING changed v
         WHERE c.device_key = v.device_key AND c.number <= v.changes - $15::bigint)
      UPDATE presence p
         SET status = v.status, since = v.since, reason = v.reason, last_seen = v.last_seen,
             keep_alive_seconds = v.keep_alive_seconds, heard_by = v.heard_by,
             changes = v.changes, look_at = v.look_at
        FROM changed v
       WHERE p.device_key = v.device_key\
      """;
  private static final String CONNECT =
      """
      INSERT INTO presence_connection (device_key, client, epoch, replica, boot_id, began_at,
                                       ended_at)
      SELECT * FROM unnest($1::int[], $2::text[], $3::bigint[], $4::text[], $5::uuid[],
                           $6::timestamptz[], $7::timestamptz[])
      ON CONFLICT (device_key, client)
      DO UPDATE SET epoch = excluded.epoch, replica = excluded.replica,
        boot_id = excluded.boot_id, began_at = excluded.began_at, ended_at = excluded.ended_at\
      """;
  private static final String FORGET =
      """
      DELETE FROM presence_connection c
       USING unnest($1::int[], $2::text[]) AS v (device_key, client)
       WHERE c.device_key = v.device_key AND c.client = v.client\
      """;

  private PresenceWriter() {}

  /**
   * Writes what was changed.
   *
   * @param changed of the rows that {@link PresenceTable#lock} gave
   * @param keep how many changes of each device are remembered
   */
  static Uni<Void> write(SqlClient transaction, Collection<DevicePresence> changed, int keep) {
    var rows = changed.stream().filter(DevicePresence::isChanged).toList();
    return writeRows(transaction, rows, keep)
        .chain(() -> writeConnections(transaction, changed))
        .chain(() -> forget(transaction, changed));
  }

  private static Uni<Void> writeRows(SqlClient transaction, List<DevicePresence> rows, int keep) {
    if (rows.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    record Remembered(int deviceKey, PresenceChange change) {}
    var remembered =
        rows.stream()
            .flatMap(
                row -> last(row.changes(), keep).map(it -> new Remembered(row.place().key(), it)))
            .toList();
    var values =
        Tuple.tuple()
            .addArrayOfInteger(each(rows, it -> it.place().key(), Integer[]::new))
            .addArrayOfString(each(rows, it -> status(it.state().status()), String[]::new))
            .addArrayOfOffsetDateTime(
                each(rows, it -> PresenceTable.utc(it.state().since()), OffsetDateTime[]::new))
            .addArrayOfString(each(rows, it -> it.state().reason(), String[]::new))
            .addArrayOfOffsetDateTime(
                each(rows, it -> PresenceTable.utc(it.state().lastSeen()), OffsetDateTime[]::new))
            .addArrayOfInteger(each(rows, it -> it.state().keepAliveSeconds(), Integer[]::new))
            .addArrayOfUUID(each(rows, it -> it.state().heardBy(), UUID[]::new))
            .addArrayOfLong(each(rows, it -> it.state().changes(), Long[]::new))
            .addArrayOfOffsetDateTime(
                each(rows, it -> PresenceTable.utc(it.state().lookAt()), OffsetDateTime[]::new))
            .addArrayOfInteger(each(remembered, Remembered::deviceKey, Integer[]::new))
            .addArrayOfLong(each(remembered, it -> it.change().number(), Long[]::new))
            .addArrayOfOffsetDateTime(
                each(remembered, it -> PresenceTable.utc(it.change().at()), OffsetDateTime[]::new))
            .addArrayOfString(each(remembered, it -> it.change().status().label(), String[]::new))
            .addArrayOfString(each(remembered, it -> it.change().reason(), String[]::new))
            .addLong((long) keep);
    return transaction.preparedQuery(WRITE).execute(values).replaceWithVoid();
  }

  /** A device that comes and goes within one page leaves no more than is kept. */
  private static Stream<PresenceChange> last(List<PresenceChange> changes, int keep) {
    return changes.stream().skip(Math.max(0, changes.size() - keep));
  }

  private static String status(PresenceStatus status) {
    return status == PresenceStatus.UNKNOWN ? null : status.label();
  }

  private static Uni<Void> writeConnections(
      SqlClient transaction, Collection<DevicePresence> changed) {
    record Written(int deviceKey, String client, KnownConnection connection) {}
    var written =
        changed.stream()
            .flatMap(
                device ->
                    device.writtenConnections().entrySet().stream()
                        .map(it -> new Written(device.place().key(), it.getKey(), it.getValue())))
            .toList();
    if (written.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var values =
        Tuple.tuple()
            .addArrayOfInteger(each(written, Written::deviceKey, Integer[]::new))
            .addArrayOfString(each(written, Written::client, String[]::new))
            .addArrayOfLong(each(written, it -> it.connection().epoch(), Long[]::new))
            .addArrayOfString(each(written, it -> it.connection().replica(), String[]::new))
            .addArrayOfUUID(each(written, it -> it.connection().bootId(), UUID[]::new))
            .addArrayOfOffsetDateTime(
                each(
                    written,
                    it -> PresenceTable.utc(it.connection().beganAt()),
                    OffsetDateTime[]::new))
            .addArrayOfOffsetDateTime(
                each(
                    written,
                    it -> PresenceTable.utc(it.connection().endedAt()),
                    OffsetDateTime[]::new));
    return transaction.preparedQuery(CONNECT).execute(values).replaceWithVoid();
  }

  private static Uni<Void> forget(SqlClient transaction, Collection<DevicePresence> changed) {
    record Removed(int deviceKey, String client) {}
    var removed =
        changed.stream()
            .flatMap(
                device ->
                    device.removedClients().stream()
                        .map(client -> new Removed(device.place().key(), client)))
            .toList();
    if (removed.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var values =
        Tuple.tuple()
            .addArrayOfInteger(each(removed, Removed::deviceKey, Integer[]::new))
            .addArrayOfString(each(removed, Removed::client, String[]::new));
    return transaction.preparedQuery(FORGET).execute(values).replaceWithVoid();
  }

  private static <T, V> V[] each(List<T> items, Function<T, V> value, IntFunction<V[]> array) {
    return items.stream().map(value).toArray(array);
  }
}
