package io.muster.firmware.rollouts;

import io.muster.firmware.database.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The groups of rollouts. Its caller holds the rollout's row. Stateless. */
final class GroupTable {
  private static final String INSERT =
      """
      INSERT INTO rollout_group (rollout_key, number, after_place, last_place, state)
      VALUES ($1, $2, $3, $4, 'waiting')\
      """;
  private static final String PLACE =
      """
      SELECT place FROM rollout_device WHERE rollout_key = $1 AND state = 'pending'
       ORDER BY place OFFSET $2 LIMIT 1\
      """;

  // Who is not known is asked for before it has its turn; who may not take part has none.
  private static final String COUNTS =
      """
      SELECT g.number,
             count(*) FILTER (WHERE d.state = 'pending' AND (t.enabled OR NOT t.known)) AS pending,
             count(*) FILTER (WHERE d.state = 'pending' AND t.enabled AND t.known
                                AND (d.not_before IS NULL OR d.not_before <= $2)) AS ready,
             count(*) FILTER (WHERE d.state = 'pending' AND NOT t.known) AS unverified,
             min(d.not_before) FILTER (WHERE d.state = 'pending' AND t.enabled
                                         AND d.not_before > $2) AS next_try,
             count(*) FILTER (WHERE d.state = 'running') AS running,
             count(*) FILTER (WHERE d.state = 'finished') AS finished,
             count(*) FILTER (WHERE d.state IN ('failed', 'overdue')) AS failed,
             count(*) FILTER (WHERE d.state = 'overdue') AS overdue,
             count(*) FILTER (WHERE d.state IN ('cancelled', 'removed', 'disabled', 'unreached')
                                OR d.state = 'pending' AND t.known AND NOT t.enabled) AS absent
        FROM rollout_group AS g
        LEFT JOIN rollout_device AS d
          ON d.rollout_key = g.rollout_key AND d.place > g.after_place AND d.place <= g.last_place
        LEFT JOIN target AS t ON t.key = d.target_key AND d.state = 'pending'
       WHERE g.rollout_key = $1
       GROUP BY g.number ORDER BY g.number\
      """;

  private static final String WAIVE =
      """
      UPDATE rollout_group SET waived = true
       WHERE rollout_key = $1 AND state <> 'waiting'
         AND (SELECT reason FROM rollout WHERE key = $1) = ANY ($2)\
      """;

  private GroupTable() {}

  /**
   * Decides which group each device is in, now that all are found: a group is a range of their
   * places.
   */
  static void divide(Sql db, Rollout rollout) {
    var all =
        db.number(
            "SELECT count(*) FROM rollout_device WHERE rollout_key = $1 AND state = 'pending'",
            rollout.key());
    var plans = rollout.plan().groups();
    var taken = 0L;
    var after = -1L;
    for (var number = 0; number < plans.size(); number++) {
      var devices = plans.get(number).devices(all, all - taken);
      taken += devices;
      var last = after;
      if (number == plans.size() - 1) {
        last = Long.MAX_VALUE;
      } else if (devices > 0) {
        last = db.number(PLACE, rollout.key(), taken - 1);
      }
      db.change(INSERT, rollout.key(), number, after, last);
      after = last;
    }
    RolloutTable.grouped(db, rollout.key());
  }

  /** In their order; as planned when it is not decided yet who is in them. */
  static List<Group> of(Sql db, Rollout rollout) {
    var plans = rollout.plan().groups();
    var rows =
        db.rows(
            "SELECT number, state, waived FROM rollout_group WHERE rollout_key = $1 ORDER BY"
                + " number",
            rollout.key());
    List<Group> groups = new ArrayList<>();
    for (var row : rows) {
      var number = row.getInteger("number");
      groups.add(
          new Group(
              number,
              plans.get(number),
              Group.State.of(row.getString("state")),
              row.getBoolean("waived")));
    }
    return groups;
  }

  /** Of each group, in their order. */
  static List<GroupCounts> counts(Sql db, long rollout, Instant now) {
    return db.rows(
        row ->
            new GroupCounts(
                row.getLong("pending"),
                row.getLong("ready"),
                row.getLong("unverified"),
                Sql.instant(row, "next_try"),
                row.getLong("running"),
                row.getLong("finished"),
                row.getLong("failed"),
                row.getLong("overdue"),
                row.getLong("absent")),
        COUNTS,
        rollout,
        now);
  }

  static void write(Sql db, long rollout, Group group) {
    db.change(
        "UPDATE rollout_group SET state = $3 WHERE rollout_key = $1 AND number = $2",
        rollout,
        group.number(),
        group.state().label());
  }

  /**
   * The thresholds of those that have begun do not count any more, if it was for them that the
   * rollout stopped.
   */
  static void waive(Sql db, long rollout) {
    db.change(WAIVE, rollout, List.of(Turn.ERROR_SHARE, Turn.SUCCESS_SHARE));
  }
}
