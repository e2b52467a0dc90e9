package io.muster.firmware.rollouts;

import io.muster.firmware.actions.Actions;
import io.muster.firmware.actions.ManyActions;
import io.muster.firmware.actions.ManyActions.Outcome;
import io.muster.firmware.database.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gives many devices their update and takes it back again, with statements for all of them. Its
 * caller holds the rollout's row. Waits; thread-safe.
 */
@ApplicationScoped
class Giving {
  /** Devices that have seen their update are asked one by one to leave it. */
  private static final int ONE_BY_ONE = 100;

  /** In the history of an action: nobody waits for it any longer. */
  private static final String OVERDUE = "[overdue]";

  private static final String CANCELLED = "[cancelled]";

  private final ManyActions many;
  private final Actions actions;

  Giving(ManyActions many, Actions actions) {
    this.many = many;
    this.actions = actions;
  }

  /**
   * Gives it to the next of a group.
   *
   * @return how many actions there are for it, new or not
   */
  int give(Sql db, Rollout rollout, Turn.Share share, Instant now) {
    var chosen = DeviceTable.choose(db, rollout.key(), share.group(), share.devices(), now);
    if (chosen.isEmpty()) {
      return 0;
    }
    var names =
        chosen.stream()
            .collect(Collectors.toMap(DeviceTable.Chosen::target, DeviceTable.Chosen::device));
    var wishes =
        chosen.stream()
            .map(
                it ->
                    new ManyActions.Wish(
                        it.target(),
                        it.distribution() == null ? rollout.distributionKey() : it.distribution()))
            .toList();
    var outcomes =
        many.start(
            db,
            rollout.tenant(),
            wishes,
            rollout.plan().isForced(),
            SharedActions.ROLLOUT + rollout.id());
    return record(db, rollout, outcomes, names, now);
  }

  private static int record(
      Sql db, Rollout rollout, List<Outcome> outcomes, Map<Long, String> names, Instant now) {
    List<Outcome.Begun> begun = new ArrayList<>();
    List<Outcome.Installed> have = new ArrayList<>();
    for (var outcome : outcomes) {
      switch (outcome) {
        case Outcome.Begun it -> begun.add(it);
        case Outcome.Installed it -> have.add(it);
      }
    }
    DeviceTable.given(
        db,
        rollout.key(),
        now,
        begun.stream().map(it -> names.get(it.target())).toArray(String[]::new),
        begun.stream().map(Outcome.Begun::action).toArray(Long[]::new),
        begun.stream().map(Outcome.Begun::number).toArray(Long[]::new),
        begun.stream().map(it -> it.previous() == null ? 0L : it.previous()).toArray(Long[]::new));
    DeviceTable.haveIt(
        db,
        rollout.key(),
        now,
        have.stream().map(it -> names.get(it.target())).toArray(String[]::new),
        have.stream().map(Outcome.Installed::number).toArray(Long[]::new));
    return begun.size();
  }

  /**
   * Takes back what devices have not seen, or leaves it to others; they have another turn.
   *
   * @return whether there may be more
   */
  boolean giveBack(Sql db, Rollout rollout, int most, String why) {
    var unseen = GivenTable.open(db, rollout.key(), false, most);
    if (unseen.isEmpty()) {
      return false;
    }
    var shared = shared(db, rollout, unseen);
    var parted = takeBack(db, unseen, shared, why);
    GivenTable.giveBack(db, rollout.key(), devices(unseen, parted));
    return unseen.size() == most;
  }

  /**
   * Tells devices that have begun, and may have to wait with it, that their window has opened
   * again.
   *
   * @param opened when
   * @return whether there may be more
   */
  boolean tellAgain(Sql db, Rollout rollout, Instant opened, int most, Instant now) {
    var untold = GivenTable.untold(db, rollout.key(), opened, most);
    if (untold.isEmpty()) {
      return false;
    }
    many.tellAgain(
        db,
        rollout.tenant(),
        untold.stream()
            .collect(Collectors.toMap(GivenTable.Given::device, GivenTable.Given::number)));
    GivenTable.told(
        db,
        rollout.key(),
        untold.stream().map(GivenTable.Given::device).toArray(String[]::new),
        now);
    return untold.size() == most;
  }

  /**
   * Takes back some of what a rollout that has ended gave, and leaves to others what they want.
   *
   * @param seen also what devices have seen: they are asked to leave it
   * @return whether there may be more
   */
  boolean callOff(Sql db, Rollout rollout, boolean seen, int most, Instant now) {
    var unseen = GivenTable.open(db, rollout.key(), false, most);
    if (!unseen.isEmpty()) {
      var shared = shared(db, rollout, unseen);
      takeBack(db, unseen, shared, CANCELLED);
      GivenTable.leave(db, rollout.key(), devices(unseen, shared), now);
      // The others another time: targets are locked in the order of their keys.
      return true;
    }
    var begun =
        seen ? GivenTable.open(db, rollout.key(), true, ONE_BY_ONE) : List.<GivenTable.Given>of();
    var shared = callBack(db, rollout, begun, CANCELLED);
    GivenTable.leave(db, rollout.key(), devices(begun, shared), now);
    return begun.size() == ONE_BY_ONE;
  }

  /**
   * Does not wait any longer for some of the devices that were given their update before a time.
   * What they have not seen is taken back, and who has seen it is asked to leave it: nobody knows
   * how far that one is. What others want is left to them.
   *
   * @param attempts how many each has
   * @return the states that they came to; empty when there is nobody
   */
  List<String> giveUp(
      Sql db, Rollout rollout, Instant before, int attempts, int most, Instant now) {
    var unseen = GivenTable.late(db, rollout.key(), before, false, most);
    if (!unseen.isEmpty()) {
      var parted = takeBack(db, unseen, shared(db, rollout, unseen), OVERDUE);
      return GivenTable.unreached(db, rollout.key(), devices(unseen, parted), now);
    }
    var seen = GivenTable.late(db, rollout.key(), before, true, ONE_BY_ONE);
    callBack(db, rollout, seen, OVERDUE);
    return GivenTable.overdue(
        db,
        rollout.key(),
        seen.stream().map(GivenTable.Given::device).toArray(String[]::new),
        rollout.plan().retry(),
        attempts,
        now);
  }

  /** After the commit: messages to devices are on their way. */
  void committed() {
    actions.committed();
  }

  private static String[] devices(List<GivenTable.Given> given, Set<Long> actions) {
    return given.stream()
        .filter(it -> actions.contains(it.action()))
        .map(GivenTable.Given::device)
        .toArray(String[]::new);
  }

  /** What others want, too; the devices are locked from here on. */
  private Set<Long> shared(Sql db, Rollout rollout, List<GivenTable.Given> given) {
    many.lock(db, given.stream().map(GivenTable.Given::target).toList());
    return SharedActions.among(db, rollout.key(), given);
  }

  /**
   * Takes back what nobody else wants.
   *
   * @return what the rollout has no part in any more: what was taken back, and what is shared
   */
  private Set<Long> takeBack(Sql db, List<GivenTable.Given> unseen, Set<Long> shared, String why) {
    var own = unseen.stream().filter(it -> !shared.contains(it.action())).toList();
    var parted = new HashSet<>(shared);
    parted.addAll(
        many.takeBack(
            db,
            own.stream().map(GivenTable.Given::target).toList(),
            own.stream().map(GivenTable.Given::action).toList(),
            why));
    return parted;
  }

  /**
   * Asks devices to leave what nobody else wants.
   *
   * @return what others want
   */
  private Set<Long> callBack(Sql db, Rollout rollout, List<GivenTable.Given> seen, String why) {
    if (seen.isEmpty()) {
      return Set.of();
    }
    var shared = shared(db, rollout, seen);
    seen.stream()
        .filter(it -> !shared.contains(it.action()))
        .forEach(it -> actions.cancel(db, it.target(), it.number(), why));
    return shared;
  }
}
