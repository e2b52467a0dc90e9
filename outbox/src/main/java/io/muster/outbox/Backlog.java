package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is numbered and not yet settled, in the database. */
final class Backlog {
  /** Counting stops here; more than that is just many. */
  static final long MAX_COUNT = 10_000;

  private static final String UNSETTLED = "sequence IS NOT NULL AND settled_at IS NULL";
  private static final String SELECT =
      "SELECT "
          + OutboxRows.COLUMNS
          + ", created_at < now() - $2::bigint * interval '1 ms'"
          + " OR coalesce(expires_at <= now(), false) AS expired FROM ";
  private static final String OLDEST =
      SELECT + "outbox WHERE " + UNSETTLED + " ORDER BY sequence LIMIT $1";

  private static final String NEXT_DEVICE =
      "SELECT %1$s AS device FROM outbox WHERE %2$s AND %1$s > %3$s ORDER BY 1 LIMIT 1";

  /** From one device to the next by the index: PostgreSQL has no such scan of its own. */
  private static final String DEVICES =
      "WITH RECURSIVE turn AS (("
          + NEXT_DEVICE.formatted(DeviceOrder.SQL, UNSETTLED, "$2::text")
          + ") UNION ALL SELECT ("
          + NEXT_DEVICE.formatted(DeviceOrder.SQL, UNSETTLED, "turn.device")
          + ") FROM turn WHERE turn.device IS NOT NULL)"
          + " SELECT device FROM turn WHERE device IS NOT NULL LIMIT $1";

  private static final String OF_EACH =
      SELECT
          + "unnest($3::text[]) AS turn (device) CROSS JOIN LATERAL (SELECT * FROM outbox WHERE "
          + UNSETTLED
          + " AND "
          + DeviceOrder.SQL
          + " = turn.device ORDER BY sequence LIMIT $1) AS waiting ORDER BY sequence";
  private static final String COUNT =
      "SELECT count(*) FROM (SELECT FROM outbox WHERE sequence IS NOT NULL AND settled_at IS NULL"
          + " LIMIT "
          + MAX_COUNT
          + ") AS counted";
  private static final String SETTLE =
      "UPDATE outbox SET settled_at = now() WHERE sequence = ANY ($1) AND settled_at IS NULL";

  private final Database database;

  Backlog(Database database) {
    this.database = database;
  }

  /**
   * @param toPublish in order
   * @param expired waited too long for the broker, or for longer than they are of use
   */
  record Head(List<OutboxEvent> toPublish, List<OutboxEvent> expired) {
    int size() {
      return toPublish.size() + expired.size();
    }
  }

  /** The first that were numbered. */
  Head oldest(int limit, Duration undeliveredFor) throws InterruptedException {
    return head(OLDEST, Tuple.of(limit, undeliveredFor.toMillis()));
  }

  /**
   * Whose messages wait.
   *
   * @param after in the index's order; empty for the first
   */
  List<String> devices(String after, int limit) throws InterruptedException {
    var rows = database.with(db -> db.preparedQuery(DEVICES).execute(Tuple.of(limit, after)));
    List<String> devices = new ArrayList<>(rows.size());
    rows.forEach(row -> devices.add(row.getString(0)));
    return devices;
  }

  /** The first so many of each of these devices. */
  Head ofEach(List<String> devices, int each, Duration undeliveredFor) throws InterruptedException {
    return head(
        OF_EACH,
        Tuple.of(each, undeliveredFor.toMillis()).addArrayOfString(devices.toArray(String[]::new)));
  }

  private Head head(String query, Tuple parameters) throws InterruptedException {
    var head = new Head(new ArrayList<>(), new ArrayList<>());
    for (Row row : database.with(db -> db.preparedQuery(query).execute(parameters))) {
      (row.getBoolean("expired") ? head.expired : head.toPublish).add(OutboxRows.event(row));
    }
    return head;
  }

  long count() throws InterruptedException {
    return database.with(db -> db.query(COUNT).execute()).iterator().next().getLong(0);
  }

  void settle(List<OutboxEvent> published) throws InterruptedException {
    if (!published.isEmpty()) {
      var sequences = published.stream().map(OutboxEvent::sequence).toArray(Long[]::new);
      database.with(db -> db.preparedQuery(SETTLE).execute(sequences(sequences)));
    }
  }

  void giveUp(OutboxEvent event, UndeliveredSink sink, UndeliveredSink.Reason reason)
      throws InterruptedException {
    database.inTransaction(
        transaction ->
            sink.keep(transaction, event, reason)
                .flatMap(
                    kept ->
                        transaction
                            .preparedQuery(SETTLE)
                            .execute(sequences(new Long[] {event.sequence()}))));
  }

  private static Tuple sequences(Long[] sequences) {
    return Tuple.newInstance(io.vertx.sqlclient.Tuple.of(sequences));
  }
}
