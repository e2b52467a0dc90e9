package io.muster.firmware.rollouts;

import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import java.util.List;
import java.util.Set;

/**
 * Actions that somebody else wants too: a rollout takes over what a device is to get already, from
 * other rollouts and from people. It does not take that back. Stateless.
 */
final class SharedActions {
  /** Before the id of a rollout: whose will its actions are. */
  static final String ROLLOUT = "rollout ";

  // What was withdrawn nobody is to get any more, whoever wanted it. Its other rollouts have it
  // back by their own turns all the same: so their devices get another one if it is released again.
  private static final String SHARED =
      """
      SELECT a.key FROM action AS a
       WHERE a.key = ANY ($2)
         AND (a.distribution_key = ANY ($3) AND NOT starts_with(a.created_by, $4)
           OR EXISTS (SELECT 1 FROM rollout_device AS d JOIN rollout AS r ON r.key = d.rollout_key
                       WHERE d.action_key = a.key AND d.rollout_key <> $1
                         AND d.state = 'running' AND r.finished_at IS NULL
                         AND (a.distribution_key = ANY ($3)
                           OR r.distribution_key = a.distribution_key)))\
      """;

  private SharedActions() {}

  /**
   * Those among a rollout's that somebody else wants, too. Its caller has locked the devices: who
   * takes an action over or leaves it does that, too. Nor is what they are of withdrawn until the
   * end of the transaction: whoever takes back what was withdrawn then sees who has left it.
   */
  static Set<Long> among(Sql db, long rollout, List<GivenTable.Given> given) {
    var held =
        DistributionTable.hold(db, given.stream().map(GivenTable.Given::distribution).toList());
    return Set.copyOf(
        db.rows(
            row -> row.getLong("key"),
            SHARED,
            rollout,
            given.stream().map(GivenTable.Given::action).toArray(Long[]::new),
            held.toArray(Long[]::new),
            ROLLOUT));
  }
}
