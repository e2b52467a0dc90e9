package io.muster.firmware.rollouts;

import io.muster.firmware.actions.ManyActions;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Takes back what devices were given of distributions that were withdrawn, and have not seen; some
 * at a time. What rollouts of such a distribution gave is not here: they stop, and have it back by
 * their turns. Several instances may do it at once. Waits; thread-safe.
 */
@ApplicationScoped
class Withdrawals {
  private static final String NEXT =
      "SELECT key, withdrawn_at FROM distribution WHERE taking_back ORDER BY key LIMIT 1";
  private static final String UNSEEN =
      """
      SELECT a.key, a.target_key FROM action AS a
       WHERE a.distribution_key = $1 AND a.finished_at IS NULL
         AND a.state IN ('open', 'unconfirmed') AND NOT a.retrieved
         AND NOT EXISTS (SELECT 1 FROM rollout_device AS d JOIN rollout AS r ON r.key = d.rollout_key
                          WHERE d.action_key = a.key AND d.state = 'running'
                            AND r.distribution_key = $1 AND r.finished_at IS NULL)
       ORDER BY a.target_key LIMIT $2\
      """;

  // Unless it was released and withdrawn again meanwhile. Targets come before distributions, as for
  // whoever gives devices something; who gives holds what it gives, so nothing of it comes after.
  private static final String DONE =
      "UPDATE distribution SET taking_back = false WHERE key = $1 AND withdrawn_at = $2";

  private final Database database;
  private final ManyActions many;
  private final RolloutsConfig config;

  Withdrawals(Database database, ManyActions many, RolloutsConfig config) {
    this.database = database;
    this.many = many;
    this.config = config;
  }

  /**
   * Of one distribution.
   *
   * @return whether there may be more
   */
  boolean takeBackSome() {
    return database.inTransaction(
        db -> {
          var next = db.first(NEXT);
          next.ifPresent(it -> takeBack(db, it));
          return next.isPresent();
        });
  }

  private void takeBack(Sql db, Row distribution) {
    var most = config.batchDevices();
    var unseen = db.rows(UNSEEN, distribution.getLong("key"), most);
    if (!unseen.isEmpty()) {
      many.takeBack(
          db,
          unseen.stream().map(it -> it.getLong("target_key")).toList(),
          unseen.stream().map(it -> it.getLong("key")).toList(),
          "[withdrawn]");
    }
    if (unseen.size() < most) {
      db.change(DONE, distribution.getLong("key"), Sql.instant(distribution, "withdrawn_at"));
    }
  }
}
