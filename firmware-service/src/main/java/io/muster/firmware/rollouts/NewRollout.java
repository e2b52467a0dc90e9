package io.muster.firmware.rollouts;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.windows.CronTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A rollout that may be made, as far as that can be said without asking anybody: checked against
 * the limits.
 *
 * @param requestSha256 of all that was asked for, to tell a repeated request from another one
 */
record NewRollout(RolloutBody body, byte[] requestSha256) {
  private static final int MAX_PER_MINUTE = 10_000_000;
  private static final double MAX_FACTOR = 1_000;
  private static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);
  private static final Duration SHORTEST_BACKOFF = Duration.ofSeconds(1);
  private static final Set<String> COUNTED = Set.of("given", "finished");

  /**
   * @throws io.muster.rest.problem.RefusedException when it may not be
   */
  static NewRollout read(RolloutBody body, RolloutsConfig config, Instant now) {
    List<FieldError> wrong = new ArrayList<>();
    targets(wrong, body, config);
    groups(wrong, body.groups(), config);
    rate(wrong, body.rate());
    retry(wrong, body.retry(), config);
    maintenance(wrong, body.maintenance(), config);
    if (body.atOnce() != null) {
      between(wrong, "/atOnce", body.atOnce(), MAX_PER_MINUTE);
    }
    start(wrong, body, config, now);
    if (!isClean(body.name())) {
      wrong.add(FieldError.at("/name", "must not have control characters"));
    }
    if (body.description() != null && body.description().indexOf('\0') >= 0) {
      wrong.add(FieldError.at("/description", "must not have the character NUL"));
    }
    if (!wrong.isEmpty()) {
      throw new Refusal.Meaningless(wrong).asException();
    }
    return new NewRollout(body, sha256(body));
  }

  private static boolean isClean(String name) {
    return !name.isBlank() && name.chars().noneMatch(Character::isISOControl);
  }

  private static void targets(List<FieldError> wrong, RolloutBody body, RolloutsConfig config) {
    var it = body.targets();
    var given = Stream.of(it.devices(), it.group(), it.filter()).filter(Objects::nonNull).count();
    if (given != 1) {
      wrong.add(FieldError.at("/targets", "must have one of devices, group and filter"));
      return;
    }
    if (it.devices() != null) {
      listed(wrong, it, config);
      if (Boolean.TRUE.equals(body.continuous())) {
        wrong.add(FieldError.at("/continuous", "must not be true for listed devices"));
      }
    }
    if (it.filter() != null
        && (it.filter().isBlank() || it.filter().length() > TargetLookup.FILTER_CHARACTERS)) {
      wrong.add(
          FieldError.at(
              "/targets/filter",
              "must have 1 to %d characters".formatted(TargetLookup.FILTER_CHARACTERS)));
    }
  }

  private static void listed(List<FieldError> wrong, TargetsBody targets, RolloutsConfig config) {
    var devices = targets.devices();
    if (devices.isEmpty() || devices.size() > config.listedDevices()) {
      wrong.add(
          FieldError.at(
              "/targets/devices", "must be 1 to %d devices".formatted(config.listedDevices())));
    } else if (devices.stream().anyMatch(Objects::isNull)) {
      wrong.add(FieldError.at("/targets/devices", "must be devices"));
    } else if (new HashSet<>(devices).size() < devices.size()) {
      wrong.add(FieldError.at("/targets/devices", "must name each device once"));
    }
  }

  private static void groups(
      List<FieldError> wrong, List<GroupBody> groups, RolloutsConfig config) {
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
      between(wrong, pointer + "/count", group.count(), MAX_PER_MINUTE);
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

  private static void rate(List<FieldError> wrong, RateBody rate) {
    if (rate == null) {
      return;
    }
    between(wrong, "/rate/perMinute", rate.perMinute(), MAX_PER_MINUTE);
    var ramp = rate.ramp();
    if (ramp == null) {
      return;
    }
    between(wrong, "/rate/ramp/perMinute", ramp.perMinute(), Math.max(1, rate.perMinute()));
    if (!(ramp.factor() > 1) || ramp.factor() > MAX_FACTOR) {
      wrong.add(FieldError.at("/rate/ramp/factor", "must be above 1 and at most " + MAX_FACTOR));
    }
    if (ramp.every() != null) {
      between(wrong, "/rate/ramp/every", ramp.every(), MAX_PER_MINUTE);
    }
    if (ramp.counted() != null && !COUNTED.contains(ramp.counted())) {
      wrong.add(FieldError.at("/rate/ramp/counted", "must be given or finished"));
    }
  }

  /**
   * The same for a rate alone.
   *
   * @param rate or null
   */
  static void checkRate(RateBody rate) {
    List<FieldError> wrong = new ArrayList<>();
    rate(wrong, rate);
    if (!wrong.isEmpty()) {
      throw new Refusal.Meaningless(wrong).asException();
    }
  }

  private static void retry(List<FieldError> wrong, RetryBody retry, RolloutsConfig config) {
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

  private static void maintenance(
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

  private static void start(
      List<FieldError> wrong, RolloutBody body, RolloutsConfig config, Instant now) {
    if (body.startAt() == null) {
      return;
    }
    if (body.startAt().isAfter(now.plus(config.latestStart()))) {
      wrong.add(FieldError.at("/startAt", "must be within " + config.latestStart()));
    }
    if (Boolean.TRUE.equals(body.manualStart())) {
      wrong.add(FieldError.at("/startAt", "must be absent where somebody starts it"));
    }
  }

  private static void between(List<FieldError> wrong, String pointer, int value, int most) {
    if (value < 1 || value > most) {
      wrong.add(FieldError.at(pointer, "must be 1 to " + most));
    }
  }

  private static byte[] sha256(RolloutBody body) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(ContractJson.mapper().writeValueAsBytes(body));
    } catch (NoSuchAlgorithmException | JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
