package io.muster.firmware.rollouts;

import io.muster.firmware.database.Sql;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The devices of rollouts that were given their update, and what becomes of them. Its caller holds
 * the rollout's row. Stateless.
 */
final class GivenTable {
  // Of a rollout that has ended nobody tries again. Who was late may have made it after all.
  private static final String SETTLE =
      """
      WITH ended AS MATERIALIZED (
        SELECT d.device, a.state, coalesce(a.finished_at, $2) AS at
          FROM rollout_device AS d LEFT JOIN action AS a ON a.key = d.action_key
         WHERE d.rollout_key = $1 AND d.state IN ('running', 'overdue')
           AND CASE WHEN d.state = 'running' THEN a.key IS NULL OR a.finished_at IS NOT NULL
                    ELSE a.state IN ('finished', 'failed') END
         LIMIT $6)
      UPDATE rollout_device AS d
         SET state = CASE WHEN e.state = 'finished' THEN 'finished'
                          WHEN e.state = 'failed' AND d.attempts < $3 THEN 'pending'
                          WHEN e.state = 'failed' THEN 'failed'
                          ELSE 'cancelled' END,
             not_before = CASE WHEN e.state = 'failed' AND d.attempts < $3
                 THEN e.at + make_interval(
                        secs => least($5::float8,
                                      $4::float8 * power(2, least(d.attempts - 1, 30)))) END,
             ended_at = e.at
        FROM ended AS e
       WHERE d.rollout_key = $1 AND d.device = e.device
      RETURNING d.state\
      """;
  private static final String BUSY =
      """
      SELECT count(*) FROM rollout_device AS d JOIN action AS a ON a.key = d.action_key
       WHERE d.rollout_key = $1 AND d.state = 'running' AND a.finished_at IS NULL
         AND (a.retrieved OR d.given_at > $2)\
      """;
  private static final String UNSEEN =
      """
      SELECT d.device, d.target_key, d.action_key, d.action_number, a.distribution_key
        FROM rollout_device AS d JOIN action AS a ON a.key = d.action_key
       WHERE d.rollout_key = $1 AND d.state = 'running' AND a.state IN ('open', 'unconfirmed')
         AND a.retrieved = $2
       ORDER BY d.target_key LIMIT $3\
      """;
  private static final String UNTOLD =
      """
      SELECT d.device, d.target_key, d.action_key, d.action_number, a.distribution_key
        FROM rollout_device AS d JOIN action AS a ON a.key = d.action_key
       WHERE d.rollout_key = $1 AND d.state = 'running' AND a.state = 'open' AND a.retrieved
         AND coalesce(d.told_at, d.given_at) < $2
       ORDER BY d.target_key LIMIT $3\
      """;
  private static final String LATE =
      """
      SELECT d.device, d.target_key, d.action_key, d.action_number, a.distribution_key
        FROM rollout_device AS d JOIN action AS a ON a.key = d.action_key
       WHERE d.rollout_key = $1 AND d.state = 'running' AND d.given_at <= $2
         AND a.finished_at IS NULL AND a.retrieved = $3
       ORDER BY d.target_key LIMIT $4\
      """;
  private static final String UNREACHED =
      """
      UPDATE rollout_device SET state = 'unreached', ended_at = $2
       WHERE rollout_key = $1 AND device = ANY ($3) AND state = 'running'
      RETURNING state\
      """;
  private static final String OVERDUE =
      """
      UPDATE rollout_device AS d
         SET state = CASE WHEN d.attempts < $4 THEN 'pending' ELSE 'overdue' END,
             not_before = CASE WHEN d.attempts < $4
                 THEN $2::timestamptz + make_interval(
                        secs => least($6::float8,
                                      $5::float8 * power(2, least(d.attempts - 1, 30)))) END,
             ended_at = $2
       WHERE d.rollout_key = $1 AND d.device = ANY ($3) AND d.state = 'running'
      RETURNING d.state\
      """;
  private static final String RETURN =
      """
      UPDATE rollout_device
         SET state = 'pending', attempts = attempts - 1, action_key = NULL, action_number = NULL,
             given_at = NULL
       WHERE rollout_key = $1 AND device = ANY ($2) AND state = 'running'\
      """;

  private static final String LEAVE =
      """
      UPDATE rollout_device SET state = 'cancelled', ended_at = $3
       WHERE rollout_key = $1 AND device = ANY ($2) AND state = 'running'\
      """;

  private GivenTable() {}

  /** An action of the rollout. */
  record Given(String device, long target, long action, long number, long distribution) {}

  /**
   * What has become of actions becomes of their devices.
   *
   * @param attempts how many each has
   * @param most how many devices
   * @return the states that devices came to
   */
  static List<String> settle(
      Sql db, long rollout, RetryRule retry, int attempts, int most, Instant now) {
    return db.rows(
        row -> row.getString("state"),
        SETTLE,
        rollout,
        now,
        attempts,
        seconds(retry.minBackoff()),
        seconds(retry.maxBackoff()),
        most);
  }

  /**
   * How many are at it: those that have seen their update, and those that were given it since then
   * and may be about to.
   */
  static long busy(Sql db, long rollout, Instant since) {
    return db.number(BUSY, rollout, since);
  }

  /** Open actions that devices have seen, or have not. */
  static List<Given> open(Sql db, long rollout, boolean seen, int most) {
    return db.rows(GivenTable::given, UNSEEN, rollout, seen, most);
  }

  /**
   * Actions that were given before then and have not ended; that devices have seen, or have not.
   */
  static List<Given> late(Sql db, long rollout, Instant before, boolean seen, int most) {
    return db.rows(GivenTable::given, LATE, rollout, before, seen, most);
  }

  /** Those that have begun and were told of it before then. */
  static List<Given> untold(Sql db, long rollout, Instant before, int most) {
    return db.rows(GivenTable::given, UNTOLD, rollout, before, most);
  }

  /** They were told once more. */
  static void told(Sql db, long rollout, String[] devices, Instant now) {
    db.change(
        "UPDATE rollout_device SET told_at = $3 WHERE rollout_key = $1 AND device = ANY ($2)",
        rollout,
        devices,
        now);
  }

  /** They did not look in time; gives the state of each. */
  static List<String> unreached(Sql db, long rollout, String[] devices, Instant now) {
    return db.rows(row -> row.getString("state"), UNREACHED, rollout, now, devices);
  }

  /**
   * They did not say in time how it ended, which counts as a failure.
   *
   * @param attempts how many each has
   * @return the states that they came to
   */
  static List<String> overdue(
      Sql db, long rollout, String[] devices, RetryRule retry, int attempts, Instant now) {
    return db.rows(
        row -> row.getString("state"),
        OVERDUE,
        rollout,
        now,
        devices,
        attempts,
        seconds(retry.minBackoff()),
        seconds(retry.maxBackoff()));
  }

  /** What they were given is left to others who want it, too. */
  static void leave(Sql db, long rollout, String[] devices, Instant now) {
    db.change(LEAVE, rollout, devices, now);
  }

  /** Their actions were taken back, or left to others: they have another turn. */
  static int giveBack(Sql db, long rollout, String[] devices) {
    return db.change(RETURN, rollout, devices);
  }

  private static Given given(Row row) {
    return new Given(
        row.getString("device"),
        row.getLong("target_key"),
        row.getLong("action_key"),
        row.getLong("action_number"),
        row.getLong("distribution_key"));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1_000.0;
  }
}
