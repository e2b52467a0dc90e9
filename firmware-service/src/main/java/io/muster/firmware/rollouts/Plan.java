package io.muster.firmware.rollouts;

import io.muster.windows.CronTime;
import io.muster.windows.Rate;
import io.muster.windows.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * To whom a rollout goes, and how.
 *
 * @param targets who is meant
 * @param continuous whether devices that come to fit later get it too
 * @param groups at least one; the last has what is left
 * @param rate empty: as fast as it goes
 * @param atOnce how many devices may be at it at a time; empty: any number
 * @param updateWithin how long a device may take from being given it to having it; empty: for ever
 * @param window when devices may begin; empty: at any time
 * @param startAt empty: at once
 * @param isManual whether it waits for somebody to start it
 * @param isForced whether devices may not put it off
 */
record Plan(
    Targets targets,
    boolean continuous,
    List<GroupPlan> groups,
    Optional<Rate> rate,
    OptionalInt atOnce,
    RetryRule retry,
    Optional<Duration> updateWithin,
    Optional<Window> window,
    Optional<Instant> startAt,
    boolean isManual,
    boolean isForced) {
  static final double SUCCESS_SHARE = 0.9;
  static final double ERROR_SHARE = 0.1;
  private static final int RAMP_EVERY = 10;

  Plan {
    groups = List.copyOf(groups);
  }

  /**
   * @param body that has been checked
   */
  static Plan of(PlanBody body) {
    return new Plan(
        body.targets() == null ? new Targets.GoingBack() : Targets.of(body.targets()),
        Boolean.TRUE.equals(body.continuous()),
        groups(body.groups()),
        Optional.ofNullable(body.rate()).map(Plan::rate),
        body.atOnce() == null ? OptionalInt.empty() : OptionalInt.of(body.atOnce()),
        Optional.ofNullable(body.retry()).map(Plan::retry).orElse(RetryRule.NONE),
        Optional.ofNullable(body.updateWithin()),
        Optional.ofNullable(body.maintenance())
            .map(it -> new Window(CronTime.of(it.cron(), it.zone()), it.duration())),
        Optional.ofNullable(body.startAt()),
        Boolean.TRUE.equals(body.manualStart()),
        !Boolean.FALSE.equals(body.forced()));
  }

  private static List<GroupPlan> groups(List<GroupBody> bodies) {
    if (bodies == null) {
      return List.of(new GroupPlan("all", new GroupPlan.Size.Rest(), SUCCESS_SHARE, ERROR_SHARE));
    }
    List<GroupPlan> groups = new ArrayList<>();
    for (var body : bodies) {
      groups.add(
          new GroupPlan(
              body.name() == null ? "group-" + (groups.size() + 1) : body.name(),
              size(body),
              body.successShare() == null ? SUCCESS_SHARE : body.successShare(),
              body.errorShare() == null ? ERROR_SHARE : body.errorShare()));
    }
    return groups;
  }

  private static GroupPlan.Size size(GroupBody body) {
    if (body.share() != null) {
      return new GroupPlan.Size.Share(body.share());
    }
    return body.count() == null
        ? new GroupPlan.Size.Rest()
        : new GroupPlan.Size.Count(body.count());
  }

  private static RetryRule retry(RetryBody body) {
    var first = body.minBackoff() == null ? RetryRule.NONE.minBackoff() : body.minBackoff();
    var most = body.maxBackoff() == null ? RetryRule.NONE.maxBackoff() : body.maxBackoff();
    return new RetryRule(body.attempts(), first, first.compareTo(most) > 0 ? first : most);
  }

  private static Rate rate(RateBody body) {
    var ramp =
        Optional.ofNullable(body.ramp())
            .map(
                it ->
                    new Rate.Ramp(
                        it.perMinute(),
                        it.factor(),
                        it.every() == null ? RAMP_EVERY * it.perMinute() : it.every(),
                        "finished".equals(it.counted())
                            ? Rate.Counted.DONE
                            : Rate.Counted.RELEASED));
    return new Rate(body.perMinute(), ramp);
  }
}
