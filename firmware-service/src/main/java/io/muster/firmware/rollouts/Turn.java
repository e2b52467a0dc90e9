package io.muster.firmware.rollouts;

import io.muster.windows.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be done about a rollout now, and when to look again. Pure.
 *
 * @param state what it is from now on
 * @param reason of the state, or null
 * @param groups as they are from now on
 * @param shares how many devices of which groups have their turn, at most
 * @param pace what its rate leaves before that
 * @param waitsFor what it waits for, or null
 * @param dueAt when to look again without anything happening; null for never
 */
record Turn(
    RolloutState state,
    String reason,
    List<Group> groups,
    List<Share> shares,
    Pace pace,
    String waitsFor,
    Instant dueAt) {
  static final String START = "start";
  static final String DEVICES = "devices";
  static final String REGISTRY = "registry";
  static final String TENANT = "tenant";
  static final String WINDOW = "window";
  static final String RATE = "rate";
  static final String AT_ONCE = "at-once";
  static final String RETRY = "retry";
  static final String UPDATES = "updates";

  /** Why a rollout stops: too many devices of a group could not install it. */
  static final String ERROR_SHARE = "error-share";

  /** Why a rollout stops: a group is through, and too few have it. */
  static final String SUCCESS_SHARE = "success-share";

  /** Why a rollout stops: nobody is to get what it gives any more. */
  static final String WITHDRAWN = "distribution-withdrawn";

  /** Why a rollout stops: it was to begin, and something of it has no valid signature any more. */
  static final String UNSIGNED = "signature-missing";

  private static final Duration SOON = Duration.ofMillis(200);
  private static final Duration WHEN_FULL = Duration.ofSeconds(1);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

  /** Some of those that did not say in time how it ended say so after all. */
  private static final Duration FOR_LATE_ONES = Duration.ofMinutes(1);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  Turn {
    groups = List.copyOf(groups);
    shares = List.copyOf(shares);
  }

  /** So many devices of a group. */
  record Share(int group, int devices) {}

  /**
   * What a rollout sees around it.
   *
   * @param counts of its groups, in their order
   * @param busy how many devices are at it now
   * @param isSuspended whether its tenant may do nothing
   * @param batch how many devices may have their turn at a time
   */
  record Sight(List<GroupCounts> counts, long busy, boolean isSuspended, int batch) {
    Sight {
      counts = List.copyOf(counts);
    }

    long running() {
      return counts.stream().mapToLong(GroupCounts::running).sum();
    }

    long overdue() {
      return counts.stream().mapToLong(GroupCounts::overdue).sum();
    }

    long finished() {
      return counts.stream().mapToLong(GroupCounts::finished).sum();
    }
  }

  /** What becomes of it. */
  static Turn of(Rollout rollout, List<Group> groups, Sight sight, Instant now) {
    return switch (rollout.state()) {
      case SCHEDULED -> scheduled(rollout, groups, now);
      case RUNNING ->
          rollout.isGrouped()
              ? running(rollout, groups, sight, now)
              : waiting(rollout, groups, DEVICES, now);
      case PAUSED, STOPPED, FINISHED, CANCELLED ->
          waiting(rollout, groups, null, pause(rollout, sight, now));
      case WAITING_FOR_APPROVAL, READY, REJECTED -> waiting(rollout, groups, null, null);
    };
  }

  private static Turn scheduled(Rollout rollout, List<Group> groups, Instant now) {
    var start = rollout.plan().startAt().orElse(now);
    return start.isAfter(now)
        ? waiting(rollout, groups, START, start)
        : new Turn(RolloutState.RUNNING, null, groups, List.of(), Pace.fresh(now), DEVICES, now);
  }

  private static Turn running(Rollout rollout, List<Group> groups, Sight sight, Instant now) {
    var progress = Progress.of(groups, sight.counts());
    if (progress.reason() != null) {
      return new Turn(
          RolloutState.STOPPED,
          progress.reason(),
          progress.groups(),
          List.of(),
          rollout.pace(),
          null,
          // What devices have not seen is taken back at once.
          sight.running() > 0 ? now : pause(rollout, sight, now));
    }
    var passed = progress.groups();
    if (isDone(rollout, passed, sight)) {
      return new Turn(RolloutState.FINISHED, null, passed, List.of(), rollout.pace(), null, null);
    }
    if (sight.isSuspended()) {
      return waiting(rollout, passed, TENANT, now.plus(LONGEST_PAUSE));
    }
    var window = rollout.plan().window();
    if (window.isPresent() && window.get().openUntil(now).isEmpty()) {
      var due = rollout.isLooking() ? now : window.get().nextOpening(now).orElse(null);
      return waiting(rollout, passed, WINDOW, earlier(due, pause(rollout, sight, now)));
    }
    return giving(rollout, passed, sight, now);
  }

  /** Nobody waits for anything any more, and nobody will. */
  private static boolean isDone(Rollout rollout, List<Group> groups, Sight sight) {
    return !rollout.isLooking()
        && !rollout.plan().continuous()
        && groups.stream().allMatch(it -> it.state() == Group.State.SUCCEEDED)
        && sight.counts().stream().allMatch(GroupCounts::isOver);
  }

  private static Turn giving(Rollout rollout, List<Group> groups, Sight sight, Instant now) {
    var plan = rollout.plan();
    var perMinute =
        plan.rate().map(rate -> rate.perMinuteAfter(rollout.given(), sight.finished())).orElse(0.0);
    var pace = plan.rate().isEmpty() ? rollout.pace() : rollout.pace().after(now, perMinute);
    var room = plan.atOnce().isEmpty() ? Long.MAX_VALUE : plan.atOnce().getAsInt() - sight.busy();
    var paced = plan.rate().isEmpty() ? Long.MAX_VALUE : pace.whole();
    var allowed = (int) Math.max(0, Math.min(sight.batch(), Math.min(room, paced)));
    var shares = shares(groups, sight, allowed);
    var given = shares.stream().mapToInt(Share::devices).sum();
    var ready = ready(groups, sight);
    var turn = new Turn(RolloutState.RUNNING, null, groups, shares, pace, null, null);
    if (ready > given) {
      return given >= paced
          ? turn.until(RATE, later(pace.minus(given).next(perMinute), now.plus(SOON)))
          : given >= room ? turn.until(AT_ONCE, now.plus(WHEN_FULL)) : turn.until(null, now);
    }
    if (rollout.isLooking()) {
      return turn.until(DEVICES, now);
    }
    var due = given > 0 ? now.plus(SHORTEST_PAUSE) : pause(rollout, sight, now);
    // What devices have not seen is taken back when the window closes, and not some time later.
    var closes = due == null ? null : plan.window().flatMap(it -> it.openUntil(now)).orElse(null);
    return turn.until(
        waitsFor(groups, sight, given), earlier(earlier(due, closes), nextTry(groups, sight)));
  }

  private static String waitsFor(List<Group> groups, Sight sight, int given) {
    if (given > 0 || sight.running() > 0) {
      return UPDATES;
    }
    return nextTry(groups, sight) == null ? null : RETRY;
  }

  private static List<Share> shares(List<Group> groups, Sight sight, int allowed) {
    List<Share> shares = new ArrayList<>();
    var left = allowed;
    for (var group : groups) {
      var devices = (int) Math.min(left, sight.counts().get(group.number()).ready());
      if (group.isStarted() && devices > 0) {
        shares.add(new Share(group.number(), devices));
        left -= devices;
      }
    }
    return shares;
  }

  private static long ready(List<Group> groups, Sight sight) {
    return groups.stream()
        .filter(Group::isStarted)
        .mapToLong(it -> sight.counts().get(it.number()).ready())
        .sum();
  }

  private static Instant nextTry(List<Group> groups, Sight sight) {
    return groups.stream()
        .filter(Group::isStarted)
        .map(it -> sight.counts().get(it.number()).nextTry())
        .reduce(null, Turn::earlier);
  }

  /** The answers come by themselves: they are looked at less and less often. */
  private static Instant pause(Rollout rollout, Sight sight, Instant now) {
    if (sight.running() == 0) {
      return sight.overdue() == 0 || rollout.state().isFinal() ? null : now.plus(FOR_LATE_ONES);
    }
    var quiet = Duration.between(rollout.givenAt(), now).dividedBy(10);
    return now.plus(
        quiet.compareTo(SHORTEST_PAUSE) < 0
            ? SHORTEST_PAUSE
            : quiet.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : quiet);
  }

  private static Turn waiting(Rollout rollout, List<Group> groups, String waitsFor, Instant dueAt) {
    return new Turn(rollout.state(), null, groups, List.of(), rollout.pace(), waitsFor, dueAt);
  }

  private Turn until(String what, Instant at) {
    return new Turn(state, reason, groups, shares, pace, what, at);
  }

  static Instant earlier(Instant one, Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.isBefore(one) ? other : one;
  }

  private static Instant later(Instant one, Instant other) {
    return other.isAfter(one) ? other : one;
  }
}
