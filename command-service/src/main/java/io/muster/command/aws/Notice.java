package io.muster.command.aws;

import io.muster.command.aws.PendingJobs.Item;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * What a device is to be told of its jobs now. AWS IoT tells of a list whose members have changed,
 * and of a next one that is another one; neither when an execution only goes on. A device that has
 * not acknowledged it is told again some times, until it begins. Pure.
 *
 * @param list whether it is told of its list
 * @param next whether it is told of the next one
 * @param again whether that is a repetition
 * @param tellAgainAt when it is to be told again, or null
 */
record Notice(boolean list, boolean next, boolean again, Instant tellAgainAt) {
  private static final int MOST_DOUBLINGS = 20;

  /**
   * What a device was told last.
   *
   * @param listed the keys of the commands in its list
   * @param next of the next one, or null
   * @param isWaiting whether none of the messages that told it is known to have arrived
   * @param times how often they were sent
   * @param tellAgainAt when they are to be sent again, or null
   */
  record Told(List<Long> listed, Long next, boolean isWaiting, int times, Instant tellAgainAt) {}

  /**
   * @param items what it has before it, in order
   * @param after the first pause before it is told again; doubled each time
   * @param mostTimes how often it is told again
   */
  static Notice of(List<Item> items, Told told, Instant now, Duration after, int mostTimes) {
    var list = !new HashSet<>(keys(items)).equals(new HashSet<>(told.listed()));
    var next = !Objects.equals(next(items), told.next());
    if (list || next) {
      // That nothing is left need not be known.
      return new Notice(
          list, next, false, items.isEmpty() || mostTimes == 0 ? null : now.plus(after));
    }
    if (!told.isWaiting() || isBegun(items) || told.times() > mostTimes) {
      return new Notice(false, false, false, null);
    }
    if (told.tellAgainAt() != null && told.tellAgainAt().isAfter(now)) {
      return new Notice(false, false, false, told.tellAgainAt());
    }
    var pause = after.multipliedBy(1L << Math.min(told.times(), MOST_DOUBLINGS));
    return new Notice(true, true, true, told.times() < mostTimes ? now.plus(pause) : null);
  }

  boolean isAny() {
    return list || next;
  }

  static List<Long> keys(List<Item> items) {
    return items.stream().map(it -> it.execution().commandKey()).toList();
  }

  /** The key of the next one's command; null for none. */
  static Long next(List<Item> items) {
    return items.isEmpty() ? null : items.getFirst().execution().commandKey();
  }

  /** It knows, or has nothing to know. */
  private static boolean isBegun(List<Item> items) {
    return items.isEmpty() || items.getFirst().status() == ExecutionStatus.IN_PROGRESS;
  }
}
