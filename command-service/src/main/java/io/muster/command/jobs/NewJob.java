package io.muster.command.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.command.commands.CommandLimits;
import io.muster.command.commands.NewCommand;
import io.muster.contract.event.ContractJson;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
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
 * A job that may be made: read from its request, checked against the limits.
 *
 * @param timeToLive of its commands
 * @param requestSha256 of all that was asked for, to tell a repeated request from another one
 */
record NewJob(
    String description,
    NewCommand command,
    Duration timeToLive,
    PlanBody plan,
    byte[] requestSha256) {
  private static final int MAX_PER_MINUTE = 10_000_000;
  private static final double MAX_FACTOR = 1_000;
  private static final int MAX_FILTER_CHARACTERS = 4_000;
  private static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);
  private static final Set<String> COUNTED = Set.of("released", "done");

  /**
   * @throws RefusedException when it may not be
   */
  static NewJob read(JobBody body, JobsConfig config, CommandLimits limits, Instant now) {
    var command = command(body, limits, now);
    List<FieldError> wrong = new ArrayList<>();
    targets(wrong, body, config);
    rate(wrong, body.rate());
    abort(wrong, body.abort());
    maintenance(wrong, body.maintenance(), config);
    if (body.startAt() != null && body.startAt().isAfter(now.plus(config.latestStart()))) {
      wrong.add(FieldError.at("/startAt", "must be within " + config.latestStart()));
    }
    if (!wrong.isEmpty()) {
      throw new Refusal.Meaningless(wrong).asException();
    }
    var timeToLive = Duration.between(now, command.terms().expiresAt());
    return new NewJob(body.description(), command, timeToLive, body.plan(), sha256(body));
  }

  private static NewCommand command(JobBody body, CommandLimits limits, Instant now) {
    try {
      return NewCommand.read(body.command(), limits, now);
    } catch (RefusedException refused) {
      if (refused.refusal() instanceof Refusal.Meaningless meaningless) {
        var errors =
            meaningless.errors().stream()
                .map(it -> FieldError.at("/command" + it.pointer(), it.detail()))
                .toList();
        throw new Refusal.Meaningless(errors).asException();
      }
      throw refused;
    }
  }

  private static void targets(List<FieldError> wrong, JobBody body, JobsConfig config) {
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
        && (it.filter().isBlank() || it.filter().length() > MAX_FILTER_CHARACTERS)) {
      wrong.add(
          FieldError.at(
              "/targets/filter", "must have 1 to %d characters".formatted(MAX_FILTER_CHARACTERS)));
    }
  }

  private static void listed(List<FieldError> wrong, TargetsBody targets, JobsConfig config) {
    var devices = targets.devices();
    if (devices.isEmpty() || devices.size() > config.listedDevices()) {
      wrong.add(
          FieldError.at(
              "/targets/devices", "must be 1 to %d devices".formatted(config.listedDevices())));
    } else if (devices.contains(null)) {
      wrong.add(FieldError.at("/targets/devices", "must be devices"));
    } else if (new HashSet<>(devices).size() < devices.size()) {
      wrong.add(FieldError.at("/targets/devices", "must name each device once"));
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
      wrong.add(FieldError.at("/rate/ramp/counted", "must be released or done"));
    }
  }

  private static void abort(List<FieldError> wrong, AbortBody abort) {
    if (abort == null) {
      return;
    }
    if (!(abort.failureShare() > 0) || abort.failureShare() > 1) {
      wrong.add(FieldError.at("/abort/failureShare", "must be above 0 and at most 1"));
    }
    between(wrong, "/abort/minimum", abort.minimum(), MAX_PER_MINUTE);
  }

  private static void maintenance(
      List<FieldError> wrong, MaintenanceBody maintenance, JobsConfig config) {
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

  private static void between(List<FieldError> wrong, String pointer, int value, int most) {
    if (value < 1 || value > most) {
      wrong.add(FieldError.at(pointer, "must be 1 to " + most));
    }
  }

  private static byte[] sha256(JobBody body) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(ContractJson.mapper().writeValueAsBytes(body));
    } catch (NoSuchAlgorithmException | JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
