package io.muster.firmware.rollouts;

import java.util.ArrayList;
import java.util.List;

/**
 * How groups follow each other. Pure.
 *
 * @param groups as they are from now on
 * @param reason why the rollout has to stop; null when it has not
 */
record Progress(List<Group> groups, String reason) {
  Progress {
    groups = List.copyOf(groups);
  }

  /**
   * Failures count in each group that has begun, also after it has succeeded: the rest of its
   * devices still get the update.
   *
   * @param counts of the groups, in their order
   */
  static Progress of(List<Group> groups, List<GroupCounts> counts) {
    List<Group> after = new ArrayList<>(groups);
    for (var group : groups) {
      var it = counts.get(group.number());
      if (group.isStarted() && !group.isWaived() && group.plan().hasFailed(it)) {
        return stopped(after, group, Turn.ERROR_SHARE);
      }
    }
    for (var group : groups) {
      var it = counts.get(group.number());
      if (group.state() == Group.State.SUCCEEDED) {
        continue;
      }
      var isLast = group.number() == groups.size() - 1;
      if (group.isWaived()
          || group.plan().hasSucceeded(it) && (isLast || !group.plan().showsNothing(it))) {
        after.set(group.number(), group.in(Group.State.SUCCEEDED));
        continue;
      }
      if (it.isOver()) {
        return stopped(after, group, Turn.SUCCESS_SHARE);
      }
      after.set(group.number(), group.in(Group.State.RUNNING));
      break;
    }
    return new Progress(after, null);
  }

  private static Progress stopped(List<Group> groups, Group group, String reason) {
    groups.set(group.number(), group.in(Group.State.FAILED));
    return new Progress(groups, reason);
  }
}
