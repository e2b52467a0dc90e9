package io.muster.command.aws;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** The table {@code aws_device} as far as it says what devices were told. Stateless. */
final class NoticeTable {
  // The queue is locked, as whoever changes anything about a device does.
  private static final String LOCK_DUE =
      """
      SELECT q.key FROM aws_device AS a JOIN device_queue AS q ON q.key = a.queue_key
       WHERE a.due_at <= $1 ORDER BY a.due_at LIMIT $2
         FOR UPDATE OF q SKIP LOCKED\
      """;

  // Another instance may have been there before the lock was had. Of a client whose connection is
  // not known
  // nobody can say that it does not hear.
  private static final String READ =
      """
      SELECT a.queue_key, q.tenant, q.device, a.fetches_until, a.listed, a.next_key, a.told,
             a.told_times, a.tell_again_at,
             EXISTS (SELECT FROM connection AS c
                      WHERE c.alive AND (c.tenant = q.tenant AND c.device = q.device
                         OR c.client_identifier = a.client_identifier AND c.epoch = a.epoch))
             OR EXISTS (SELECT FROM presence_gap)
                AND NOT EXISTS (SELECT FROM connection AS c
                                 WHERE c.client_identifier = a.client_identifier)
               AS hears
        FROM aws_device AS a JOIN device_queue AS q ON q.key = a.queue_key
       WHERE a.queue_key = ANY ($1) AND a.due_at <= $2\
      """;
  private static final String WRITE =
      """
      UPDATE aws_device
         SET listed = $2, next_key = $3, told = $4, told_times = $5, tell_again_at = $6,
             due_at = $6
       WHERE queue_key = $1\
      """;
  private static final String NOT_NOW =
      "UPDATE aws_device SET due_at = NULL, tell_again_at = NULL WHERE queue_key = ANY ($1)";

  private NoticeTable() {}

  /**
   * A device that may have to be told something.
   *
   * @param fetchesUntil until when it fetches its jobs, or null for no end
   * @param messages that told it and of which none is known to have arrived
   * @param hears whether somebody is connected who may hear it
   */
  record Due(
      long queueKey,
      DeviceAddress device,
      Instant fetchesUntil,
      Notice.Told told,
      List<UUID> messages,
      boolean hears) {

    boolean isToBeTold(Instant now) {
      return hears && (fetchesUntil == null || fetchesUntil.isAfter(now));
    }
  }

  /** Locks the queues of devices that are due and that nobody else has locked. */
  static Uni<List<Due>> lockDue(SqlConnection db, Instant now, int limit) {
    return db.preparedQuery(LOCK_DUE)
        .execute(Tuple.of(time(now), limit))
        .flatMap(
            rows -> {
              var keys = new Long[rows.size()];
              var i = 0;
              for (var row : rows) {
                keys[i++] = row.getLong(0);
              }
              return keys.length == 0 ? Uni.createFrom().item(List.<Due>of()) : read(db, keys, now);
            });
  }

  private static Uni<List<Due>> read(SqlConnection db, Long[] keys, Instant now) {
    return db.preparedQuery(READ)
        .execute(Tuple.of(keys, time(now)))
        .map(
            rows -> {
              List<Due> due = new ArrayList<>(rows.size());
              rows.forEach(row -> due.add(due(row)));
              return due;
            });
  }

  /**
   * Writes what a device has been told.
   *
   * @param messages that told it and that may have to be sent again
   */
  static Uni<Void> write(SqlConnection db, Due due, Notice.Told told, List<UUID> messages) {
    var again = told.tellAgainAt();
    var values =
        Tuple.tuple()
            .addLong(due.queueKey())
            .addArrayOfLong(told.listed().toArray(Long[]::new))
            .addLong(told.next())
            .addArrayOfUUID(messages.toArray(UUID[]::new))
            .addInteger(told.times())
            .addOffsetDateTime(again == null ? null : time(again));
    return db.preparedQuery(WRITE).execute(values).replaceWithVoid();
  }

  /** They are told when they are there again. */
  static Uni<Void> notNow(SqlConnection db, List<Due> due) {
    return due.isEmpty()
        ? Uni.createFrom().voidItem()
        : db.preparedQuery(NOT_NOW)
            .execute(Tuple.of((Object) due.stream().map(Due::queueKey).toArray(Long[]::new)))
            .replaceWithVoid();
  }

  private static Due due(Row row) {
    var messages = Arrays.asList(row.getArrayOfUUIDs("told"));
    return new Due(
        row.getLong("queue_key"),
        DeviceAddress.of(row.getString("tenant"), row.getString("device")),
        instant(row, "fetches_until"),
        new Notice.Told(
            Arrays.asList(row.getArrayOfLongs("listed")),
            row.getLong("next_key"),
            !messages.isEmpty(),
            row.getInteger("told_times"),
            instant(row, "tell_again_at")),
        messages,
        row.getBoolean("hears"));
  }

  private static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
