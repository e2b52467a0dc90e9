package io.muster.ingest.uplink;

import io.muster.contract.event.UplinkState;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The table {@code site_log}. Stateless. */
final class SiteTable {
  private static final String FIND =
      "SELECT log, position, last_id FROM site_log WHERE site = $1 FOR UPDATE";
  // Counted without a lock: some more come in when many come at one moment.
  private static final String ADD =
      """
      INSERT INTO site_log (site) SELECT $1::text
       WHERE (SELECT count(*) FROM site_log) < $2::bigint ON CONFLICT DO NOTHING\
      """;
  private static final String KEEP =
      """
      UPDATE site_log SET log = $2, position = $3, last_id = $4, taken_at = now()
       WHERE site = $1\
      """;

  private static final String SILENT =
      """
      SELECT site FROM site_log WHERE taken_at < now() - $1::bigint * interval '1 ms'
       ORDER BY site LIMIT 100 FOR UPDATE SKIP LOCKED\
      """;
  private static final String REMOVE = "DELETE FROM site_log WHERE site = $1";

  private SiteTable() {}

  /**
   * What is known of a site, which nobody else changes until the transaction ends.
   *
   * @param most how many sites there may be
   * @return null when there are so many, and it is none of them
   */
  static Uni<SiteLog> lock(SqlConnection transaction, String site, int most) {
    return find(transaction, site)
        .chain(
            found ->
                found != null
                    ? Uni.createFrom().item(found)
                    : transaction
                        .preparedQuery(ADD)
                        .execute(Tuple.of(site, (long) most))
                        .chain(() -> find(transaction, site)));
  }

  private static Uni<SiteLog> find(SqlConnection transaction, String site) {
    return transaction
        .preparedQuery(FIND)
        .execute(Tuple.of(site))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return null;
              }
              var row = rows.iterator().next();
              return new SiteLog(new UplinkState(row.getUUID(0), row.getLong(1), row.getUUID(2)));
            });
  }

  /** Some of those that have brought nothing for so long, locked until the transaction ends. */
  static Uni<List<String>> silent(SqlConnection transaction, Duration duration) {
    return transaction
        .preparedQuery(SILENT)
        .execute(Tuple.of(duration.toMillis()))
        .map(
            rows -> {
              List<String> sites = new ArrayList<>(rows.size());
              rows.forEach(row -> sites.add(row.getString(0)));
              return sites;
            });
  }

  static Uni<Void> remove(SqlConnection transaction, String site) {
    return transaction.preparedQuery(REMOVE).execute(Tuple.of(site)).replaceWithVoid();
  }

  static Uni<Void> keep(SqlConnection transaction, String site, UplinkState state) {
    return transaction
        .preparedQuery(KEEP)
        .execute(Tuple.of(site, state.log(), state.position(), state.lastId()))
        .replaceWithVoid();
  }
}
