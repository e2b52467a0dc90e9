package io.muster.firmware.rollouts;

import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.neighbours.DeviceIds;
import io.muster.firmware.targets.TargetTable;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Looks for the devices of rollouts, a page at a time. Waits; thread-safe. */
@ApplicationScoped
class RolloutSearch {
  private final Database database;
  private final TargetLookup lookup;
  private final Membership membership;
  private final RolloutTurns turns;
  private final RolloutMeters meters;
  private final RolloutsConfig config;
  private final Clock clock;
  private volatile Instant awayUntil = Instant.MIN;

  RolloutSearch(
      Database database,
      TargetLookup lookup,
      Membership membership,
      RolloutTurns turns,
      RolloutMeters meters,
      RolloutsConfig config,
      Clock clock) {
    this.database = database;
    this.lookup = lookup;
    this.membership = membership;
    this.turns = turns;
    this.meters = meters;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Devices that are known have their turn also when the registry does not tell of more. When it
   * gave no answer a moment ago it is not asked: to wait for it holds up all rollouts.
   *
   * @return whether it did
   */
  boolean look(Rollout rollout) {
    if (isAway() && !(rollout.plan().targets() instanceof Targets.GoingBack)) {
      return false;
    }
    try {
      if (rollout.plan().targets() instanceof Targets.GoingBack) {
        lookBack(rollout);
      } else {
        lookForMore(rollout);
      }
      return true;
    } catch (NeighbourAwayException away) {
      return gaveNoAnswer();
    } catch (RefusedQuestionException refused) {
      turns.end(rollout.key(), RolloutTurns.TARGETS_REFUSED);
      return true;
    }
  }

  private boolean isAway() {
    return clock.instant().isBefore(awayUntil);
  }

  private boolean gaveNoAnswer() {
    awayUntil = clock.instant().plus(config.registryAgainAfter());
    return false;
  }

  private void lookForMore(Rollout rollout) {
    var types =
        database.use(db -> DistributionTable.byKey(db, rollout.distributionKey())).deviceTypes();
    var page = lookup.after(rollout.tenant(), rollout.plan().targets(), types, rollout.lookAfter());
    int found =
        database.inTransaction(
            db -> isMine(db, rollout, page.next()) ? membership.add(db, rollout, page) : 0);
    meters.found(found);
  }

  private void lookBack(Rollout rollout) {
    database.inTransaction(
        db -> {
          RolloutTable.lock(db, rollout.key());
          var next = membership.addBack(db, rollout, rollout.lookAfter(), config.pageDevices());
          isMine(db, rollout, next);
          return null;
        });
  }

  /** Nobody else has gone on from there. Holds its row from then on. */
  private boolean isMine(Sql db, Rollout rollout, String next) {
    return RolloutTable.looked(db, rollout.key(), rollout.lookAfter(), next, again(rollout, next));
  }

  /** When a continuous rollout that has looked at all looks again though it hears of no change. */
  private Instant again(Rollout rollout, String next) {
    return next == null && rollout.plan().continuous()
        ? clock.instant().plus(config.lookAgainEvery())
        : null;
  }

  /**
   * Asks whether devices are there of whom it is not known any more.
   *
   * @return whether the registry said so
   */
  boolean verify(Rollout rollout) {
    var unverified = database.use(db -> DeviceTable.unverified(db, rollout.key(), DeviceIds.MOST));
    var devices = DeviceIds.some(unverified, Function.identity());
    if (devices.isEmpty()) {
      return true;
    }
    if (isAway()) {
      return false;
    }
    try {
      var views = lookup.there(rollout.tenant(), devices);
      var there =
          views.stream().map(it -> it.device().device().value()).collect(Collectors.toSet());
      var gone = devices.stream().filter(it -> !there.contains(it)).toArray(String[]::new);
      database.inTransaction(
          db -> {
            RolloutTable.lock(db, rollout.key());
            DeviceTable.removed(db, rollout.key(), gone);
            TargetTable.rememberAll(
                db,
                rollout.tenant(),
                views.stream().map(it -> it.device().device().value()).toArray(String[]::new),
                views.stream().map(it -> it.enabled()).toArray(Boolean[]::new));
            RolloutTable.dueAt(db, rollout.key(), clock.instant());
            return null;
          });
      return true;
    } catch (NeighbourAwayException away) {
      return gaveNoAnswer();
    }
  }
}
