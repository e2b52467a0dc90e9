package io.muster.outbox;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.UUID;

/** The statements on {@code service_ordinal}. */
final class OrdinalTable {
  // Held to the end of the transaction: two that choose at the same time would choose the same.
  private static final String ONE_AT_A_TIME =
      "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.service_ordinal', 0))";

  // One's own from before; else the one that has been without an owner longest; else a new one.
  private static final String TAKE =
      """
      INSERT INTO service_ordinal (ordinal, holder, token, expires_at)
      SELECT coalesce(
               (SELECT min(ordinal) FROM service_ordinal WHERE holder = $1),
               (SELECT ordinal FROM service_ordinal WHERE expires_at <= clock_timestamp()
                 ORDER BY expires_at LIMIT 1),
               (SELECT min(n) FROM generate_series(0, (SELECT count(*)::int FROM service_ordinal)) AS n
                 WHERE NOT EXISTS (SELECT FROM service_ordinal WHERE ordinal = n))),
             $1, $2, clock_timestamp() + $3::bigint * interval '1 ms'
      ON CONFLICT (ordinal) DO UPDATE
         SET holder = excluded.holder, token = excluded.token, expires_at = excluded.expires_at
      RETURNING ordinal""";
  private static final String RENEW =
      """
      UPDATE service_ordinal SET expires_at = clock_timestamp() + $3::bigint * interval '1 ms'
       WHERE ordinal = $1 AND token = $2""";

  private final Database database;
  private final long leaseMillis;

  OrdinalTable(Database database, Duration lease) {
    this.database = database;
    this.leaseMillis = lease.toMillis();
  }

  int take(String holder, UUID token) throws InterruptedException {
    return database.inTransaction(
        transaction ->
            transaction
                .query(ONE_AT_A_TIME)
                .execute()
                .flatMap(
                    locked ->
                        transaction
                            .preparedQuery(TAKE)
                            .execute(Tuple.of(holder, token, leaseMillis)))
                .map(rows -> rows.iterator().next().getInteger("ordinal")));
  }

  /** False when another instance has it. */
  boolean renew(int ordinal, UUID token) throws InterruptedException {
    return extend(ordinal, token, leaseMillis);
  }

  void release(int ordinal, UUID token) throws InterruptedException {
    extend(ordinal, token, 0);
  }

  private boolean extend(int ordinal, UUID token, long millis) throws InterruptedException {
    return database
            .with(db -> db.preparedQuery(RENEW).execute(Tuple.of(ordinal, token, millis)))
            .rowCount()
        == 1;
  }
}
