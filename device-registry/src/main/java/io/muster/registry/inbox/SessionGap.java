package io.muster.registry.inbox;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * The one row of {@code session_gap}: since when it has not been known who is connected, and how
 * much of that was told again.
 *
 * @param upTo the last client identifier that was told; empty before the first
 */
record SessionGap(Instant since, String upTo) {
  private static final String OPEN =
      """
      INSERT INTO session_gap (since) VALUES ($1) ON CONFLICT (only_row)
      DO UPDATE SET since = excluded.since, retold_up_to = ''\
      """;
  private static final String FIND = "SELECT since, retold_up_to FROM session_gap";
  private static final String HOLD =
      "SELECT FROM session_gap WHERE since = $1 AND retold_up_to = $2 FOR UPDATE SKIP LOCKED";
  private static final String MOVE_ON = "UPDATE session_gap SET retold_up_to = $1";
  private static final String CLOSE = "DELETE FROM session_gap";

  /** It begins, or begins anew. */
  static Uni<Void> open(SqlConnection transaction, Instant now) {
    return transaction
        .preparedQuery(OPEN)
        .execute(Tuple.of(now.atOffset(ZoneOffset.UTC)))
        .replaceWithVoid();
  }

  /** Empty when it is known who is connected. */
  static Uni<Optional<SessionGap>> find(SqlClient client) {
    return client
        .query(FIND)
        .execute()
        .map(
            rows -> {
              for (var row : rows) {
                var since = row.getOffsetDateTime(0).toInstant();
                return Optional.of(new SessionGap(since, row.getString(1)));
              }
              return Optional.empty();
            });
  }

  /**
   * Whether it is still the same; nobody else changes it then until the transaction ends. Not when
   * another instance is just about to.
   */
  Uni<Boolean> hold(SqlConnection transaction) {
    return transaction
        .preparedQuery(HOLD)
        .execute(Tuple.of(since.atOffset(ZoneOffset.UTC), upTo))
        .map(rows -> rows.size() == 1);
  }

  /**
   * @param next up to where it was told now; null: to the end
   */
  static Uni<Void> moveOn(SqlConnection transaction, String next) {
    return next == null
        ? transaction.query(CLOSE).execute().replaceWithVoid()
        : transaction.preparedQuery(MOVE_ON).execute(Tuple.of(next)).replaceWithVoid();
  }
}
