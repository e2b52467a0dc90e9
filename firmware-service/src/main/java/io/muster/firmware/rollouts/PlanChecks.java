package io.muster.firmware.rollouts;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.windows.CronTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Says what of a rollout's plan may not be, by its place in the request. Stateless. */
final class PlanChecks {
  static final int MOST = 10_000_000;
  private static final double MAX_FACTOR = 1_000;
  private static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);
  private static final Duration SHORTEST_UPDATE = Duration.ofSeconds(1);
  private static final Duration SHORTEST_BACKOFF = Duration.ofSeconds(1);
  private static final Set<String> COUNTED = Set.of("given", "finished");

  private PlanChecks() {}

  /**
   * A rate that stands alone.
   *
   * @param rate or null
   * @throws io.muster.rest.problem.RefusedException when it may not be
   */
  static void checkRate(RateBody rate) {
    List<FieldError> wrong = new ArrayList<>();
    rate(wrong, rate);
    if (!wrong.isEmpty()) {
      throw new Refusal.Meaningless(wrong).asException();
    }
  }

  static void groups(List<FieldError> wrong, List<GroupBody> groups, RolloutsConfig config) {
    if (groups == null) {
      return;
    }
    if (groups.isEmpty() || groups.size() > config.groups()) {
      wrong.add(FieldError.at("/groups", "must be 1 to %d groups".formatted(config.groups())));
      return;
    }
    for (var i = 0; i < groups.size(); i++) {
      group(wrong, "/groups/" + i, groups.get(i), i == groups.size() - 1);
    }
  }

  private static void group(
      List<FieldError> wrong, String pointer, GroupBody group, boolean isLast) {
    var sizes = Stream.of(group.share(), group.count()).filter(Objects::nonNull).count();
    if (isLast && sizes > 0) {
      wrong.add(FieldError.at(pointer, "has what is left, and neither share nor count"));
    } else if (!isLast && sizes != 1) {
      wrong.add(FieldError.at(pointer, "must have one of share and count"));
    }
    share(wrong, pointer + "/share", group.share());
    if (group.count() != null) {
      between(wrong, pointer + "/count", group.count(), MOST);
    }
    if (group.successShare() != null && !(group.successShare() >= 0 && group.successShare() <= 1)) {
      wrong.add(FieldError.at(pointer + "/successShare", "must be from 0 to 1"));
    }
    share(wrong, pointer + "/errorShare", group.errorShare());
    if (group.name() != null && !isClean(group.name())) {
      wrong.add(FieldError.at(pointer + "/name", "must not have control characters"));
    }
  }

  private static void share(List<FieldError> wrong, String pointer, Double share) {
    if (share != null && !(share > 0 && share <= 1)) {
      wrong.add(FieldError.at(pointer, "must be above 0 and at most 1"));
    }
  }

  static void rate(List<FieldError> wrong, RateBody rate) {
    if (rate == null) {
      return;
    }
    between(wrong, "/rate/perMinute", rate.perMinute(), MOST);
    var ramp = rate.ramp();
    if (ramp == null) {
      return;
    }
    between(wrong, "/rate/ramp/perMinute", ramp.perMinute(), Math.max(1, rate.perMinute()));
    if (!(ramp.factor() > 1) || ramp.factor() > MAX_FACTOR) {
      wrong.add(FieldError.at("/rate/ramp/factor", "must be above 1 and at most " + MAX_FACTOR));
    }
    if (ramp.every() != null) {
      between(wrong, "/rate/ramp/every", ramp.every(), MOST);
    }
    if (ramp.counted() != null && !COUNTED.contains(ramp.counted())) {
      wrong.add(FieldError.at("/rate/ramp/counted", "must be given or finished"));
    }
  }

  static void retry(List<FieldError> wrong, RetryBody retry, RolloutsConfig config) {
    if (retry == null) {
      return;
    }
    between(wrong, "/retry/attempts", retry.attempts(), config.attempts());
    backoff(wrong, "/retry/minBackoff", retry.minBackoff(), config);
    backoff(wrong, "/retry/maxBackoff", retry.maxBackoff(), config);
    if (retry.minBackoff() != null
        && retry.maxBackoff() != null
        && retry.maxBackoff().compareTo(retry.minBackoff()) < 0) {
      wrong.add(FieldError.at("/retry/maxBackoff", "must not be shorter than minBackoff"));
    }
  }

  private static void backoff(
      List<FieldError> wrong, String pointer, Duration backoff, RolloutsConfig config) {
    if (backoff != null
        && (backoff.compareTo(SHORTEST_BACKOFF) < 0
            || backoff.compareTo(config.longestBackoff()) > 0)) {
      wrong.add(
          FieldError.at(
              pointer,
              "must be from %s to %s".formatted(SHORTEST_BACKOFF, config.longestBackoff())));
    }
  }

  static void updateWithin(List<FieldError> wrong, Duration within, RolloutsConfig config) {
    if (within != null
        && (within.compareTo(SHORTEST_UPDATE) < 0
            || within.compareTo(config.longestUpdate()) > 0)) {
      wrong.add(
          FieldError.at(
              "/updateWithin",
              "must be from %s to %s".formatted(SHORTEST_UPDATE, config.longestUpdate())));
    }
  }

  static void maintenance(
      List<FieldError> wrong, MaintenanceBody maintenance, RolloutsConfig config) {
    if (maintenance == null) {
      return;
    }
    var duration = maintenance.duration();
    if (duration.compareTo(SHORTEST_WINDOW) < 0 || duration.compareTo(config.longestWindow()) > 0) {
      wrong.add(
          FieldError.at(
              "/maintenance/duration",
              "must be from %s to %s".formatted(SHORTEST_WINDOW, config.longestWindow())));
    }
    try {
      var zone = CronTime.zone(maintenance.zone());
      try {
        CronTime.of(maintenance.cron(), zone);
      } catch (IllegalArgumentException notCron) {
        wrong.add(FieldError.at("/maintenance/cron", notCron.getMessage()));
      }
    } catch (IllegalArgumentException noZone) {
      wrong.add(FieldError.at("/maintenance/zone", noZone.getMessage()));
    }
  }

  static void between(List<FieldError> wrong, String pointer, int value, int most) {
    if (value < 1 || value > most) {
      wrong.add(FieldError.at(pointer, "must be 1 to " + most));
    }
  }

  static boolean isClean(String name) {
    return !name.isBlank() && name.chars().noneMatch(Character::isISOControl);
  }
}
