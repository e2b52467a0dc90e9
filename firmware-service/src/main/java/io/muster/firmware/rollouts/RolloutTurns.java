package io.muster.firmware.rollouts;

import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.distributions.Releases;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One turn of a rollout in one transaction that holds its row: what {@link Turn} decides is done
 * with statements for many devices at a time. Waits; thread-safe.
 */
@ApplicationScoped
class RolloutTurns {
  /** Why a rollout is cancelled: the registry understands its group or filter differently. */
  static final String TARGETS_REFUSED = "targets-refused";

  /** Why a rollout is cancelled: it has more devices than it may have. */
  static final String TOO_MANY_DEVICES = "too-many-devices";

  private final Database database;
  private final Giving giving;
  private final RolloutsConfig config;
  private final RolloutMeters meters;
  private final Clock clock;

  RolloutTurns(
      Database database, Giving giving, RolloutsConfig config, RolloutMeters meters, Clock clock) {
    this.database = database;
    this.giving = giving;
    this.config = config;
    this.meters = meters;
    this.clock = clock;
  }

  /**
   * What was done.
   *
   * @param isUnverified whether there are devices of whom it is to be asked whether they are there
   */
  record Done(int given, List<String> ended, String stopped, boolean isUnverified) {
    static final Done NOTHING = new Done(0, List.of(), null, false);

    Done {
      ended = List.copyOf(ended);
    }
  }

  /** Does what is due for a rollout. */
  Done take(long key) {
    var done =
        database.inTransaction(
            db -> RolloutTable.lock(db, key).map(it -> take(db, it)).orElse(Done.NOTHING));
    meters.given(done.given());
    meters.ended(done.ended());
    if (done.stopped() != null) {
      meters.stopped(done.stopped());
    }
    giving.committed();
    return done;
  }

  /** Ends a rollout that cannot go on. */
  void end(long key, String reason) {
    database.inTransaction(
        db -> {
          RolloutTable.lock(db, key)
              .filter(it -> !it.state().isFinal())
              .ifPresent(it -> end(db, it, reason));
          return null;
        });
  }

  private void end(Sql db, Rollout rollout, String reason) {
    var now = clock.instant();
    DeviceTable.endPending(db, rollout.key(), DeviceState.CANCELLED);
    RolloutTable.write(db, rollout.ended(false), reason, null, now, now);
  }

  private Done take(Sql db, Rollout rollout) {
    var now = clock.instant();
    var retry = rollout.plan().retry();
    var attempts = rollout.state().isFinal() ? 0 : retry.attempts();
    var ended = GivenTable.settle(db, rollout.key(), retry, attempts, config.batchDevices(), now);
    var late = giveUp(db, rollout, attempts, now);
    if (!late.isEmpty()) {
      RolloutTable.dueAt(db, rollout.key(), now);
      return new Done(0, Stream.concat(ended.stream(), late.stream()).toList(), null, false);
    }
    if (hasTooMany(db, rollout)) {
      end(db, rollout, TOO_MANY_DEVICES);
      return new Done(0, ended, null, false);
    }
    if (rollout.callingOff()) {
      if (giving.callOff(db, rollout, rollout.callingOffSeen(), config.batchDevices(), now)) {
        RolloutTable.dueAt(db, rollout.key(), now);
        return new Done(0, ended, null, false);
      }
      RolloutTable.calledOff(db, rollout.key());
    }
    var obstacle = obstacle(db, rollout, now);
    if (obstacle.isPresent()) {
      // The next turn takes back what devices have not seen.
      RolloutTable.write(db, rollout.in(RolloutState.STOPPED), obstacle.get(), null, now, now);
      return new Done(0, ended, obstacle.get(), false);
    }
    noLongerBack(db, rollout);
    var hasMore = WindowChanges.follow(db, giving, rollout, config.batchDevices(), now);
    var grouped = grouped(db, rollout);
    var groups = GroupTable.of(db, grouped);
    var sight = sight(db, grouped, now);
    var turn = Turn.of(grouped, groups, sight, now);
    var given = turn.shares().stream().mapToInt(it -> giving.give(db, grouped, it, now)).sum();
    turn.groups().stream()
        .filter(it -> !groups.contains(it))
        .forEach(it -> GroupTable.write(db, rollout.key(), it));
    write(db, grouped, turn, given, hasMore || ended.size() == config.batchDevices(), now);
    var isActive = turn.state() == RolloutState.RUNNING && !Turn.TENANT.equals(turn.waitsFor());
    return new Done(
        given,
        ended,
        turn.state() == rollout.state() ? null : turn.reason(),
        isActive && sight.counts().stream().anyMatch(it -> it.unverified() > 0));
  }

  /** Why devices may not be given what it gives, if so. Of a way back each device has its own. */
  private static Optional<String> obstacle(Sql db, Rollout rollout, Instant now) {
    var isScheduled = rollout.state() == RolloutState.SCHEDULED;
    if (rollout.distributionKey() == null
        || !isScheduled && rollout.state() != RolloutState.RUNNING) {
      return Optional.empty();
    }
    if (DistributionTable.isWithdrawn(db, rollout.distributionKey())) {
      return Optional.of(Turn.WITHDRAWN);
    }
    var begins = isScheduled && rollout.plan().startAt().filter(it -> it.isAfter(now)).isEmpty();
    return begins && isUnsigned(db, rollout) ? Optional.of(Turn.UNSIGNED) : Optional.empty();
  }

  private static boolean isUnsigned(Sql db, Rollout rollout) {
    var distribution = DistributionTable.byKey(db, rollout.distributionKey());
    return !Releases.unsigned(db, rollout.tenant(), distribution).isEmpty();
  }

  /** To what was withdrawn nobody goes back. */
  private static void noLongerBack(Sql db, Rollout rollout) {
    if (rollout.distributionKey() == null && rollout.state() == RolloutState.RUNNING) {
      DeviceTable.noLongerBack(db, rollout.key());
    }
  }

  /** A rollout need not wait for ever for devices that stay silent. */
  private List<String> giveUp(Sql db, Rollout rollout, int attempts, Instant now) {
    return rollout
        .plan()
        .updateWithin()
        .map(it -> giving.giveUp(db, rollout, now.minus(it), attempts, config.batchDevices(), now))
        .orElse(List.of());
  }

  /** Only while more are found. */
  private boolean hasTooMany(Sql db, Rollout rollout) {
    return rollout.state() == RolloutState.RUNNING
        && (rollout.isLooking() || !rollout.isGrouped())
        && DeviceTable.count(db, rollout.key()) > config.devices();
  }

  private static Rollout grouped(Sql db, Rollout rollout) {
    if (rollout.state() != RolloutState.RUNNING || rollout.isLooking() || rollout.isGrouped()) {
      return rollout;
    }
    GroupTable.divide(db, rollout);
    return RolloutTable.lock(db, rollout.key()).orElseThrow();
  }

  private Turn.Sight sight(Sql db, Rollout rollout, Instant now) {
    var busy =
        rollout.plan().atOnce().isEmpty()
            ? 0
            : GivenTable.busy(db, rollout.key(), now.minus(config.slotFor()));
    return new Turn.Sight(
        GroupTable.counts(db, rollout.key(), now),
        busy,
        RolloutTable.isSuspended(db, rollout.tenant()),
        config.batchDevices());
  }

  private static void write(
      Sql db, Rollout rollout, Turn turn, int given, boolean hasMore, Instant now) {
    // Only one that runs looks for devices again.
    var due =
        turn.state() == RolloutState.RUNNING
            ? Turn.earlier(turn.dueAt(), rollout.lookAgainAt())
            : turn.dueAt();
    var next = hasMore ? now : due;
    if (turn.state() == rollout.state() && turn.state() != RolloutState.RUNNING) {
      RolloutTable.dueAt(db, rollout.key(), next);
      return;
    }
    if (turn.state() == RolloutState.FINISHED) {
      // Those who may not take part did not hold it up.
      DeviceTable.endPending(db, rollout.key(), DeviceState.DISABLED);
    }
    var left = rollout.plan().rate().isPresent() ? turn.pace().minus(given) : turn.pace();
    RolloutTable.write(
        db,
        rollout.after(turn.state(), given, left, now),
        turn.reason(),
        turn.waitsFor(),
        next,
        now);
  }
}
