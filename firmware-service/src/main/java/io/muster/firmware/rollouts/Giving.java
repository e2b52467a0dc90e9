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
            db, rollout.tenant(), wishes, rollout.plan().isForced(), "rollout " + rollout.id());
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
   * Takes back what devices have not seen; they have another turn.
   *
   * @return whether there may be more
   */
  boolean giveBack(Sql db, Rollout rollout, int most, String why) {
    var unseen = GivenTable.open(db, rollout.key(), false, most);
    if (unseen.isEmpty()) {
      return false;
    }
    var taken = takeBack(db, unseen, why);
    GivenTable.giveBack(db, rollout.key(), devices(unseen, taken));
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
   * Takes back some of what a rollout that has ended gave.
   *
   * @param seen also what devices have seen: they are asked to leave it
   * @return whether there may be more
   */
  boolean callOff(Sql db, Rollout rollout, boolean seen, int most) {
    var unseen = GivenTable.open(db, rollout.key(), false, most);
    if (!unseen.isEmpty()) {
      takeBack(db, unseen, "[cancelled]");
      // The others another time: targets are locked in the order of their keys.
      return true;
    }
    var begun =
        seen ? GivenTable.open(db, rollout.key(), true, ONE_BY_ONE) : List.<GivenTable.Given>of();
    begun.forEach(it -> actions.cancel(db, it.target(), it.number(), "[cancelled]"));
    return begun.size() == ONE_BY_ONE;
  }

  /**
   * Does not wait any longer for some of the devices that were given their update before a time.
   * What they have not seen is taken back, and who has seen it is asked to leave it: nobody knows
   * how far that one is.
   *
   * @param attempts how many each has
   * @return the states that they came to; empty when there is nobody
   */
  List<String> giveUp(
      Sql db, Rollout rollout, Instant before, int attempts, int most, Instant now) {
    var unseen = GivenTable.late(db, rollout.key(), before, false, most);
    if (!unseen.isEmpty()) {
      var taken = takeBack(db, unseen, OVERDUE);
      return GivenTable.unreached(db, rollout.key(), devices(unseen, taken), now);
    }
    var seen = GivenTable.late(db, rollout.key(), before, true, ONE_BY_ONE);
    seen.forEach(it -> actions.cancel(db, it.target(), it.number(), OVERDUE));
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

  private static String[] devices(List<GivenTable.Given> given, List<Long> actions) {
    var these = new HashSet<>(actions);
    return given.stream()
        .filter(it -> these.contains(it.action()))
        .map(GivenTable.Given::device)
        .toArray(String[]::new);
  }

  private List<Long> takeBack(Sql db, List<GivenTable.Given> unseen, String why) {
    return many.takeBack(
        db,
        unseen.stream().map(GivenTable.Given::target).toList(),
        unseen.stream().map(GivenTable.Given::action).toList(),
        why);
  }
}
