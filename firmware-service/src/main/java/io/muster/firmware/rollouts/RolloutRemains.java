package io.muster.firmware.rollouts;

import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/**
 * Forgets rollouts that ended long ago, some devices at a time. Actions are their devices', and
 * stay. Waits; thread-safe.
 */
@ApplicationScoped
class RolloutRemains {
  private static final int ROWS_AT_ONCE = 1_000;
  private static final String OLDEST =
      """
      SELECT key FROM rollout WHERE finished_at < $1 ORDER BY finished_at LIMIT 1
         FOR UPDATE SKIP LOCKED\
      """;
  private static final String DEVICES =
      """
      DELETE FROM rollout_device WHERE rollout_key = $1 AND device IN (
        SELECT device FROM rollout_device WHERE rollout_key = $1 LIMIT $2)\
      """;

  private final Database database;
  private final RolloutsConfig config;
  private final Clock clock;

  RolloutRemains(Database database, RolloutsConfig config, Clock clock) {
    this.database = database;
    this.config = config;
    this.clock = clock;
  }

  /** Some of the oldest rollout's. */
  void forgetSome() {
    var before = clock.instant().minus(config.keepFor());
    database.inTransaction(
        db -> {
          db.first(OLDEST, before).ifPresent(row -> forgetSome(db, row.getLong("key")));
          return null;
        });
  }

  private static void forgetSome(Sql db, long rollout) {
    if (db.change(DEVICES, rollout, ROWS_AT_ONCE) < ROWS_AT_ONCE) {
      db.change("DELETE FROM rollout WHERE key = $1", rollout);
    }
  }
}
