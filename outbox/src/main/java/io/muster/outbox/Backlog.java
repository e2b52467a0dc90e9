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

  private static final String HEAD =
      "SELECT "
          + OutboxRows.COLUMNS
          + ", created_at < now() - $2::bigint * interval '1 ms'"
          + " OR coalesce(expires_at <= now(), false) AS expired"
          + " FROM outbox WHERE sequence IS NOT NULL AND settled_at IS NULL"
          + " ORDER BY sequence LIMIT $1";
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

  Head head(int limit, Duration undeliveredFor) throws InterruptedException {
    var head = new Head(new ArrayList<>(), new ArrayList<>());
    var rows =
        database.with(
            db -> db.preparedQuery(HEAD).execute(Tuple.of(limit, undeliveredFor.toMillis())));
    for (Row row : rows) {
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
