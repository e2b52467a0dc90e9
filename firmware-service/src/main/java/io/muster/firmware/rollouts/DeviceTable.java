package io.muster.firmware.rollouts;

import io.muster.firmware.database.Sql;
import java.time.Instant;
import java.util.List;

/** The devices of rollouts and their turns. Its caller holds the rollout's row. Stateless. */
final class DeviceTable {
  // Who had no part before may have one now, in a continuous rollout. Nor has the device that came
  // after one of that name that was deleted: what that one was given it was not.
  private static final String ADD =
      """
      INSERT INTO rollout_device AS d (rollout_key, device, target_key, place, state)
      SELECT $1, f.device, t.key, f.place, 'pending'
        FROM unnest($3::text[], $4::bigint[]) AS f (device, place)
        JOIN target AS t ON t.tenant = $2 AND t.device = f.device
      ON CONFLICT (rollout_key, device) DO UPDATE
        SET target_key = excluded.target_key, place = excluded.place, state = 'pending',
            attempts = 0, not_before = NULL, previous_key = NULL, action_key = NULL,
            action_number = NULL, given_at = NULL, ended_at = NULL
      WHERE d.state IN ('incompatible', 'unknown', 'removed')
         OR d.action_number <= (SELECT t.forgotten_number FROM target AS t
                                 WHERE t.key = excluded.target_key)\
      """;
  private static final String ADD_WITHOUT_TURN =
      """
      INSERT INTO rollout_device (rollout_key, device, place, state)
      SELECT $1, f.device, f.place, $4
        FROM unnest($2::text[], $3::bigint[]) AS f (device, place)
      ON CONFLICT (rollout_key, device) DO NOTHING\
      """;
  private static final String CHOOSE =
      """
      SELECT d.device, d.target_key, d.distribution_key
        FROM rollout_group AS g
        JOIN rollout_device AS d
          ON d.rollout_key = g.rollout_key AND d.place > g.after_place AND d.place <= g.last_place
        JOIN target AS t ON t.key = d.target_key
       WHERE g.rollout_key = $1 AND g.number = $2 AND d.state = 'pending'
         AND (d.not_before IS NULL OR d.not_before <= $3) AND t.enabled AND t.known
       ORDER BY d.place LIMIT $4\
      """;
  private static final String GIVEN =
      """
      UPDATE rollout_device AS d
         SET state = 'running', attempts = d.attempts + 1, not_before = NULL, given_at = $2,
             ended_at = NULL, told_at = NULL, action_key = f.action, action_number = f.number,
             previous_key = nullif(f.previous, 0)
        FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
               AS f (device, action, number, previous)
       WHERE d.rollout_key = $1 AND d.device = f.device AND d.state = 'pending'\
      """;
  private static final String HAVE_IT =
      """
      UPDATE rollout_device AS d SET state = 'finished', ended_at = $2, action_number = f.number
        FROM unnest($3::text[], $4::bigint[]) AS f (device, number)
       WHERE d.rollout_key = $1 AND d.device = f.device AND d.state = 'pending'\
      """;

  private static final String UNVERIFIED =
      """
      SELECT d.device FROM rollout_device AS d JOIN target AS t ON t.key = d.target_key
       WHERE d.rollout_key = $1 AND d.state = 'pending' AND NOT t.known
       ORDER BY d.place LIMIT $2\
      """;
  private static final String NO_LONGER_BACK =
      """
      UPDATE rollout_device AS d SET state = 'no-previous' FROM distribution AS x
       WHERE d.rollout_key = $1 AND d.state = 'pending' AND x.key = d.distribution_key
         AND x.withdrawn_at IS NOT NULL\
      """;
  private static final String AGAIN =
      """
      UPDATE rollout_device
         SET state = 'pending', attempts = 0, not_before = NULL, ended_at = NULL
       WHERE rollout_key = $1 AND state = ANY ($2) AND target_key IS NOT NULL\
      """;

  private DeviceTable() {}

  /** A device that has its turn now. */
  record Chosen(String device, long target, Long distribution) {}

  /** Adds devices, as far as they are not there yet. */
  static int add(Sql db, Rollout rollout, String[] devices, Long[] places) {
    return devices.length == 0
        ? 0
        : db.change(ADD, rollout.key(), rollout.tenant().value(), devices, places);
  }

  /** Adds devices that are told of, and have no turn. */
  static int addWithoutTurn(
      Sql db, Rollout rollout, String[] devices, Long[] places, String state) {
    return devices.length == 0
        ? 0
        : db.change(ADD_WITHOUT_TURN, rollout.key(), devices, places, state);
  }

  static long count(Sql db, long rollout) {
    return db.number("SELECT count(*) FROM rollout_device WHERE rollout_key = $1", rollout);
  }

  /** The next of a group. */
  static List<Chosen> choose(Sql db, long rollout, int group, int most, Instant now) {
    return db.rows(
        row ->
            new Chosen(
                row.getString("device"),
                row.getLong("target_key"),
                row.getLong("distribution_key")),
        CHOOSE,
        rollout,
        group,
        now,
        most);
  }

  /**
   * They have their action.
   *
   * @param previous what each had before; 0 for nothing
   */
  static void given(
      Sql db,
      long rollout,
      Instant now,
      String[] devices,
      Long[] actions,
      Long[] numbers,
      Long[] previous) {
    db.change(GIVEN, rollout, now, devices, actions, numbers, previous);
  }

  /**
   * They need no action.
   *
   * @param numbers of the actions by which they have it
   */
  static void haveIt(Sql db, long rollout, Instant now, String[] devices, Long[] numbers) {
    db.change(HAVE_IT, rollout, now, devices, numbers);
  }

  /** Of these it is not known any more whether they are there. */
  static List<String> unverified(Sql db, long rollout, int most) {
    return db.rows(row -> row.getString("device"), UNVERIFIED, rollout, most);
  }

  /** They are not there. */
  static void removed(Sql db, long rollout, String[] devices) {
    db.change(
        "UPDATE rollout_device SET state = 'removed' WHERE rollout_key = $1 AND state = 'pending'"
            + " AND device = ANY ($2)",
        rollout,
        devices);
  }

  /** Of a way back: those that were to go to what was withdrawn since have nothing to go to. */
  static void noLongerBack(Sql db, long rollout) {
    db.change(NO_LONGER_BACK, rollout);
  }

  /** Nobody who waits has a turn any more. */
  static int endPending(Sql db, long rollout, String state) {
    return db.change(
        "UPDATE rollout_device SET state = $2 WHERE rollout_key = $1 AND state = 'pending'",
        rollout,
        state);
  }

  /** Gives another turn to devices in these states, as if they had none before. */
  static int again(Sql db, long rollout, List<String> states) {
    return db.change(AGAIN, rollout, states);
  }
}
