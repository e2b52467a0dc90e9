package io.muster.outbox;

import io.muster.contract.id.TenantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The rows of {@code tenant_removal}; all times are the database's. Stateless. */
final class RemovalTable {
  private static final String NOTE =
      """
      INSERT INTO tenant_removal (tenant) SELECT DISTINCT t FROM unnest($1::text[]) AS t
      ON CONFLICT DO NOTHING\
      """;
  private static final String NOTED_SINCE =
      "SELECT tenant, noted_at FROM tenant_removal WHERE noted_at > $1";
  private static final String CLAIM =
      """
      SELECT tenant, done_at IS NOT NULL AS done,
             now() >= coalesce(removed_at, noted_at) + $1::bigint * interval '1 ms' AS rested,
             coalesce(now() >= done_at + $2::bigint * interval '1 ms', false) AS over
        FROM tenant_removal WHERE look_at <= now()
       ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED\
      """;
  // Behind all others that are due, so that a large tenant does not hold up a small one.
  private static final String REMOVED =
      """
      UPDATE tenant_removal SET rows_removed = rows_removed + $2, removed_at = now(), look_at = clock_timestamp()
       WHERE tenant = $1\
      """;
  private static final String REST =
      """
      UPDATE tenant_removal
         SET look_at = coalesce(removed_at, noted_at) + $2::bigint * interval '1 ms'
       WHERE tenant = $1\
      """;
  private static final String PUT_OFF =
      "UPDATE tenant_removal SET look_at = now() + $2::bigint * interval '1 ms' WHERE tenant = $1";
  private static final String DONE =
      """
      UPDATE tenant_removal SET done_at = now(), look_at = now() + $2::bigint * interval '1 ms'
       WHERE tenant = $1 AND done_at IS NULL\
      """;
  private static final String WATCH =
      """
      UPDATE tenant_removal
         SET look_at = least(now() + $2::bigint * interval '1 ms',
                             done_at + $3::bigint * interval '1 ms')
       WHERE tenant = $1\
      """;
  private static final String OVER = "UPDATE tenant_removal SET look_at = NULL WHERE tenant = $1";
  private static final String OPEN =
      """
      SELECT count(*), (coalesce(extract(epoch FROM now() - min(noted_at)), 0) * 1000)::bigint
        FROM tenant_removal WHERE look_at IS NOT NULL AND done_at IS NULL\
      """;
  private static final String AMONG = "SELECT tenant FROM tenant_removal WHERE tenant = ANY ($1)";

  private RemovalTable() {}

  /**
   * One that is due, locked until the transaction ends.
   *
   * @param isDone whether nothing was left once
   * @param isRested whether nothing has come for so long that all that was under way has ended
   * @param isOver whether nothing can come late any more
   */
  record Claim(String tenant, boolean isDone, boolean isRested, boolean isOver) {}

  /** A tenant that was noted, and when. */
  record Noted(String tenant, OffsetDateTime at) {}

  static Uni<Void> note(SqlConnection db, Collection<TenantId> tenants) {
    var names = tenants.stream().map(TenantId::value).toArray(String[]::new);
    return db.preparedQuery(NOTE).execute(Tuple.tuple().addArrayOfString(names)).replaceWithVoid();
  }

  static Uni<List<Noted>> notedSince(SqlConnection db, OffsetDateTime since) {
    return db.preparedQuery(NOTED_SINCE)
        .execute(Tuple.of(since))
        .map(
            rows -> {
              List<Noted> found = new ArrayList<>(rows.size());
              rows.forEach(row -> found.add(new Noted(row.getString(0), row.getOffsetDateTime(1))));
              return found;
            });
  }

  /** Those of the tenants that are to be removed, or were. */
  static Uni<List<String>> among(SqlConnection db, Collection<String> tenants) {
    return db.preparedQuery(AMONG)
        .execute(Tuple.tuple().addArrayOfString(tenants.toArray(String[]::new)))
        .map(
            rows -> {
              List<String> found = new ArrayList<>(rows.size());
              rows.forEach(row -> found.add(row.getString(0)));
              return found;
            });
  }

  static Uni<Optional<Claim>> claim(SqlConnection db, Duration grace, Duration watch) {
    return db.preparedQuery(CLAIM)
        .execute(Tuple.of(grace.toMillis(), watch.toMillis()))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(
                        new Claim(
                            rows.iterator().next().getString("tenant"),
                            rows.iterator().next().getBoolean("done"),
                            rows.iterator().next().getBoolean("rested"),
                            rows.iterator().next().getBoolean("over"))));
  }

  static Uni<Void> removed(SqlConnection db, String tenant, long rows) {
    return db.preparedQuery(REMOVED).execute(Tuple.of(tenant, rows)).replaceWithVoid();
  }

  /** To be looked at again when it has rested. */
  static Uni<Void> rest(SqlConnection db, String tenant, Duration grace) {
    return db.preparedQuery(REST).execute(Tuple.of(tenant, grace.toMillis())).replaceWithVoid();
  }

  static Uni<Void> putOff(SqlConnection db, String tenant, Duration pause) {
    return db.preparedQuery(PUT_OFF).execute(Tuple.of(tenant, pause.toMillis())).replaceWithVoid();
  }

  /** Says whether it was this one that ended it. */
  static Uni<Boolean> done(SqlConnection db, String tenant, Duration recheck) {
    return db.preparedQuery(DONE)
        .execute(Tuple.of(tenant, recheck.toMillis()))
        .map(rows -> rows.rowCount() == 1);
  }

  static Uni<Void> watch(SqlConnection db, String tenant, Duration recheck, Duration watch) {
    return db.preparedQuery(WATCH)
        .execute(Tuple.of(tenant, recheck.toMillis(), watch.toMillis()))
        .replaceWithVoid();
  }

  static Uni<Void> over(SqlConnection db, String tenant) {
    return db.preparedQuery(OVER).execute(Tuple.of(tenant)).replaceWithVoid();
  }

  static Uni<TenantRemovals.Status> status(SqlConnection db) {
    return db.query(OPEN)
        .execute()
        .map(rows -> rows.iterator().next())
        .map(row -> new TenantRemovals.Status(row.getLong(0), Duration.ofMillis(row.getLong(1))));
  }
}
