package io.muster.firmware.rollouts;

import io.muster.firmware.actions.Action;
import io.muster.firmware.actions.MaintenanceWindows;
import io.muster.firmware.database.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/** What a rollout gives is installed in the rollout's window. Waits; thread-safe. */
@ApplicationScoped
class RolloutWindows implements MaintenanceWindows {
  private static final String PLAN =
      """
      SELECT r.plan::text AS plan
        FROM rollout_device AS d JOIN rollout AS r ON r.key = d.rollout_key
       WHERE d.action_key = $1 AND r.plan->'maintenance' IS NOT NULL
       ORDER BY r.key DESC LIMIT 1\
      """;

  private final Clock clock;

  RolloutWindows(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Standing of(Sql db, Action action) {
    return db.first(PLAN, action.key())
        .flatMap(row -> Plan.of(RolloutTable.plan(row)).window())
        .map(it -> it.openUntil(clock.instant()).isPresent() ? Standing.OPEN : Standing.CLOSED)
        .orElse(Standing.NONE);
  }
}
