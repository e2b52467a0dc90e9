package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.distributions.Releases;
import io.muster.firmware.problem.ConflictKind;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.windows.Pace;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What people do about rollouts. Each holds the rollout's row, so whoever works on it sees it
 * before or after. 404 when the tenant has no such rollout, 409 when it is in a state in which that
 * makes no sense. Waits; thread-safe.
 */
@ApplicationScoped
class RolloutActions {
  private static final String DECIDE =
      "UPDATE rollout SET decided_by = $2, decided_at = $3, decision = $4 WHERE key = $1";

  private final Changes changes;
  private final RolloutsConfig config;
  private final Clock clock;

  RolloutActions(Changes changes, RolloutsConfig config, Clock clock) {
    this.changes = changes;
    this.config = config;
    this.clock = clock;
  }

  /** What one of them does in the transaction. */
  private interface Deed {
    void on(Sql db, Rollout rollout, Instant now);
  }

  /** How a rollout begins when nothing is in its way. */
  static RolloutState begin(Plan plan) {
    return plan.isManual()
        ? RolloutState.READY
        : plan.startAt().isPresent() ? RolloutState.SCHEDULED : RolloutState.RUNNING;
  }

  /**
   * Somebody else than who made it agrees.
   *
   * @param note or null
   */
  void approve(TenantId tenant, UUID id, String note, Author by) {
    decide("rollout-approved", tenant, id, note, by, true);
  }

  /** Somebody else than who made it does not agree; it has ended then. */
  void reject(TenantId tenant, UUID id, String note, Author by) {
    decide("rollout-rejected", tenant, id, note, by, false);
  }

  private void decide(
      String what, TenantId tenant, UUID id, String note, Author by, boolean agreed) {
    act(
        what,
        tenant,
        id,
        by,
        (db, rollout, now) -> {
          require(rollout, RolloutState.WAITING_FOR_APPROVAL);
          if (rollout.createdBy().equals(by.subject())) {
            throw new Refusal.Conflict(
                    ConflictKind.SAME_PERSON, "Whoever made the rollout does not decide about it.")
                .asException();
          }
          if (agreed) {
            requireReleased(db, rollout);
          }
          db.change(DECIDE, rollout.key(), by.subject(), now, note);
          go(db, rollout.in(agreed ? begin(rollout.plan()) : RolloutState.REJECTED), now);
        });
  }

  /** Starts one that waits for that. */
  void start(TenantId tenant, UUID id, Author by) {
    act(
        "rollout-started",
        tenant,
        id,
        by,
        (db, rollout, now) -> {
          require(rollout, RolloutState.READY);
          requireReleased(db, rollout);
          go(db, rollout.in(RolloutState.RUNNING), now);
        });
  }

  /**
   * No more devices get it; those that have seen theirs go on, and from others it is taken back.
   */
  void pause(TenantId tenant, UUID id, Author by) {
    act(
        "rollout-paused",
        tenant,
        id,
        by,
        (db, rollout, now) -> {
          require(rollout, RolloutState.SCHEDULED, RolloutState.RUNNING);
          go(db, rollout.in(RolloutState.PAUSED), now);
        });
  }

  /**
   * Goes on, as far as its windows and what it gives let it. One that stopped goes on in spite of
   * the failures of the groups that have begun.
   */
  void resume(TenantId tenant, UUID id, Author by) {
    act(
        "rollout-resumed",
        tenant,
        id,
        by,
        (db, rollout, now) -> {
          require(rollout, RolloutState.PAUSED, RolloutState.STOPPED);
          requireReleased(db, rollout);
          if (rollout.state() == RolloutState.STOPPED) {
            GroupTable.waive(db, rollout.key());
          }
          var begins = rollout.plan().startAt().filter(it -> it.isAfter(now)).isPresent();
          go(db, rollout.in(begins ? RolloutState.SCHEDULED : RolloutState.RUNNING), now);
        });
  }

  /**
   * Ends it: nobody else gets it, and what devices have not seen is taken back.
   *
   * @param alsoSeen also what they have seen and not ended, also of one that was cancelled before
   */
  void cancel(TenantId tenant, UUID id, boolean alsoSeen, Author by) {
    act(
        "rollout-cancelled",
        tenant,
        id,
        by,
        (db, rollout, now) -> {
          if (rollout.state() != RolloutState.CANCELLED || !alsoSeen) {
            requireOpen(rollout);
          }
          end(db, rollout, alsoSeen, now);
        });
  }

  /**
   * Gives another turn to devices in these states. One that has ended goes on, unless the tenant
   * has as many open ones as it may (429).
   */
  void retry(TenantId tenant, UUID id, List<String> states, Author by) {
    audited(
        "rollout-retried",
        tenant,
        id,
        by,
        db -> {
          // Before the rollout, as whoever makes one holds it.
          NewRollouts.lockTenant(db, tenant);
          var rollout = RolloutTable.lock(db, tenant, id).orElseThrow(RolloutActions::absent);
          require(
              rollout,
              RolloutState.RUNNING,
              RolloutState.PAUSED,
              RolloutState.STOPPED,
              RolloutState.FINISHED);
          var again = DeviceTable.again(db, rollout.key(), states);
          var isPaused = rollout.state() == RolloutState.PAUSED;
          if (again > 0 && rollout.state().isFinal()) {
            NewRollouts.checkRoom(db, tenant, config.openPerTenant());
          }
          if (again > 0 && !isPaused) {
            requireReleased(db, rollout);
            go(db, rollout.in(RolloutState.RUNNING), clock.instant());
          }
        });
  }

  /** In the transaction, of one that is not at its end: nobody else gets it. */
  static void end(Sql db, Rollout rollout, boolean alsoSeen, Instant now) {
    DeviceTable.endPending(db, rollout.key(), DeviceState.CANCELLED);
    RolloutTable.write(db, rollout.ended(alsoSeen), null, null, now, now);
  }

  private static void go(Sql db, Rollout rollout, Instant now) {
    var waitsFor = rollout.state() == RolloutState.SCHEDULED ? Turn.START : null;
    var isDue =
        switch (rollout.state()) {
          case SCHEDULED, RUNNING, PAUSED -> true;
          case WAITING_FOR_APPROVAL, READY, STOPPED, FINISHED, CANCELLED, REJECTED -> false;
        };
    var fresh = rollout.after(rollout.state(), 0, Pace.fresh(now), now);
    RolloutTable.write(db, fresh, null, waitsFor, isDue ? now : null, now);
  }

  private void act(String what, TenantId tenant, UUID id, Author by, Deed deed) {
    audited(
        what,
        tenant,
        id,
        by,
        db -> {
          var rollout = RolloutTable.lock(db, tenant, id).orElseThrow(RolloutActions::absent);
          deed.on(db, rollout, clock.instant());
        });
  }

  private void audited(String what, TenantId tenant, UUID id, Author by, Consumer<Sql> change) {
    changes.audited(
        by,
        _ -> new AuditEntry(what, tenant, "rollouts/" + id),
        db -> {
          change.accept(db);
          return null;
        });
  }

  private static void require(Rollout rollout, RolloutState... states) {
    if (!List.of(states).contains(rollout.state())) {
      throw inTheWay(rollout);
    }
  }

  /** What it gives may be given now, whatever was so when it was made. */
  private static void requireReleased(Sql db, Rollout rollout) {
    if (rollout.distributionKey() != null) {
      Releases.require(
          db, rollout.tenant(), DistributionTable.byKey(db, rollout.distributionKey()));
    }
  }

  private static void requireOpen(Rollout rollout) {
    if (rollout.state().isFinal()) {
      throw inTheWay(rollout);
    }
  }

  static RuntimeException inTheWay(Rollout rollout) {
    return new Refusal.Conflict(
            ConflictKind.ROLLOUT_STATE, "The rollout is " + rollout.state().label() + ".")
        .asException();
  }

  static RuntimeException absent() {
    return new Refusal.Absent("The tenant has no such rollout.").asException();
  }
}
