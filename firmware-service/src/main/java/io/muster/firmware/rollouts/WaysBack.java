package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Takes a rollout back: it is cancelled, and another one gives each device that has it, or may have
 * it yet, what that device had before. Nobody has to approve that: it is what somebody needs in a
 * hurry, and only gives what devices had. Waits; thread-safe.
 */
@ApplicationScoped
class WaysBack {
  private static final String OPEN =
      "SELECT 1 FROM rollout WHERE rollback_of = $1 AND finished_at IS NULL LIMIT 1";
  private static final String NAME = "SELECT name FROM rollout WHERE key = $1";

  /** A way back gets to everybody, whatever happens to some. */
  private static final List<GroupBody> ALL = List.of(new GroupBody("all", null, null, 0.9, 1.0));

  private final Changes changes;
  private final RolloutsConfig config;
  private final Clock clock;
  private final EventIds ids;

  WaysBack(Changes changes, RolloutsConfig config, Clock clock) {
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * @param rate or null
   * @param atOnce or null
   * @return the id of the rollout that goes back
   */
  UUID make(TenantId tenant, UUID id, RateBody rate, Integer atOnce, Author by) {
    return changes.audited(
        by,
        _ -> new AuditEntry("rollout-rolled-back", tenant, "rollouts/" + id),
        db -> {
          NewRollouts.lockTenant(db, tenant);
          var rollout = RolloutTable.lock(db, tenant, id).orElseThrow(RolloutActions::absent);
          var now = clock.instant();
          requirePossible(db, rollout);
          NewRollouts.checkRoom(db, tenant, config.openPerTenant());
          // What comes of the devices that are at it is waited for by their rows.
          if (rollout.state() != RolloutState.FINISHED) {
            RolloutActions.end(db, rollout, true, now);
          }
          return insert(db, rollout, rate, atOnce, by, now);
        });
  }

  private static void requirePossible(Sql db, Rollout rollout) {
    switch (rollout.state()) {
      case RUNNING, PAUSED, STOPPED, FINISHED, CANCELLED -> {}
      case WAITING_FOR_APPROVAL, READY, SCHEDULED, REJECTED ->
          throw RolloutActions.inTheWay(rollout);
    }
    if (db.first(OPEN, rollout.key()).isPresent()) {
      throw new Refusal.Conflict(
              ConflictKind.ROLLOUT_STATE, "The rollout is being taken back already.")
          .asException();
    }
  }

  private UUID insert(
      Sql db, Rollout rollout, RateBody rate, Integer atOnce, Author by, Instant now) {
    var id = ids.next();
    var name = db.first(NAME, rollout.key()).orElseThrow().getString("name");
    var plan =
        new PlanBody(
            null,
            false,
            ALL,
            rate,
            atOnce,
            retry(),
            rollout.plan().updateWithin().orElse(null),
            null,
            null,
            false,
            true);
    NewRollouts.insert(
        db,
        new NewRollouts.Entry(
            id,
            rollout.tenant(),
            "Back: " + name,
            null,
            null,
            rollout.key(),
            plan,
            false,
            RolloutState.RUNNING,
            null,
            new byte[0]),
        by,
        now);
    return id;
  }

  private static RetryBody retry() {
    return new RetryBody(3, null, null);
  }
}
