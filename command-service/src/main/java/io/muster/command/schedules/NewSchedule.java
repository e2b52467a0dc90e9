package io.muster.command.schedules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.command.commands.CommandBody;
import io.muster.command.commands.CommandLimits;
import io.muster.command.commands.NewCommand;
import io.muster.command.jobs.JobBody;
import io.muster.contract.event.ContractJson;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.windows.CronTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A schedule that may be made: read from its request, checked against the limits.
 *
 * @param nextAt its first time
 * @param requestSha256 of all that was asked for, to tell a repeated request from another one
 */
record NewSchedule(
    String description,
    Task task,
    Timing timing,
    String cron,
    Duration catchUp,
    Instant nextAt,
    byte[] requestSha256) {
  /** What PostgreSQL keeps of times ends somewhere, and so do people's plans. */
  private static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

  private static final Duration SHORTEST_CATCH_UP = Duration.ofMinutes(1);

  /**
   * Reads one.
   *
   * @param jobs refuses a job that may not be
   * @throws RefusedException when it may not be
   */
  static NewSchedule read(
      ScheduleBody body,
      SchedulesConfig config,
      CommandLimits limits,
      Consumer<JobBody> jobs,
      Instant now) {
    List<FieldError> wrong = new ArrayList<>();
    var task = task(wrong, body, limits, jobs, now);
    var timing = timing(wrong, body, config, now);
    var catchUp = body.catchUpWithin() == null ? config.defaultCatchUp() : body.catchUpWithin();
    if (catchUp.compareTo(SHORTEST_CATCH_UP) < 0
        || catchUp.compareTo(config.longestCatchUp()) > 0) {
      wrong.add(
          FieldError.at(
              "/catchUpWithin",
              "must be from %s to %s".formatted(SHORTEST_CATCH_UP, config.longestCatchUp())));
    }
    if (!wrong.isEmpty()) {
      throw new Refusal.Meaningless(wrong).asException();
    }
    return new NewSchedule(
        body.description(),
        task,
        timing,
        body.cron(),
        catchUp,
        timing.after(now).orElseThrow(),
        sha256(body));
  }

  private static Task task(
      List<FieldError> wrong,
      ScheduleBody body,
      CommandLimits limits,
      Consumer<JobBody> jobs,
      Instant now) {
    if ((body.command() == null) == (body.job() == null)) {
      wrong.add(FieldError.at("", "must have one of command and job"));
      return null;
    }
    return body.command() != null
        ? single(wrong, body, limits, now)
        : many(wrong, body, limits, jobs, now);
  }

  private static Task single(
      List<FieldError> wrong, ScheduleBody body, CommandLimits limits, Instant now) {
    if (body.device() == null) {
      wrong.add(FieldError.at("/device", "must say whom the command is for"));
      return null;
    }
    try {
      return new Task.Single(body.device(), kept(body.command(), limits, now));
    } catch (RefusedException refused) {
      below(wrong, "/command", refused);
      return null;
    }
  }

  private static Task many(
      List<FieldError> wrong,
      ScheduleBody body,
      CommandLimits limits,
      Consumer<JobBody> jobs,
      Instant now) {
    var job = body.job();
    if (body.device() != null) {
      wrong.add(FieldError.at("/device", "must not stand beside job"));
    }
    if (job.startAt() != null) {
      wrong.add(FieldError.at("/job/startAt", "must be absent: the schedule says when"));
    }
    try {
      jobs.accept(job);
      return new Task.Many(Task.with(job, kept(job.command(), limits, now)));
    } catch (RefusedException refused) {
      below(wrong, "/job", refused);
      return null;
    }
  }

  /** The command with its payload as the bytes that a device gets. */
  private static CommandBody kept(CommandBody it, CommandLimits limits, Instant now) {
    var read = NewCommand.read(it, limits, now);
    return new CommandBody(
        it.name(),
        null,
        read.payload().length == 0 ? null : read.payload(),
        read.contentType(),
        it.oneWay(),
        it.qos(),
        it.timeToLive(),
        it.responseTimeout(),
        it.retry());
  }

  /** What else is wrong than the meaning stands alone. */
  private static void below(List<FieldError> wrong, String pointer, RefusedException refused) {
    if (!(refused.refusal() instanceof Refusal.Meaningless meaningless)) {
      throw refused;
    }
    meaningless
        .errors()
        .forEach(it -> wrong.add(FieldError.at(pointer + it.pointer(), it.detail())));
  }

  private static Timing timing(
      List<FieldError> wrong, ScheduleBody body, SchedulesConfig config, Instant now) {
    if ((body.at() == null) == (body.cron() == null)) {
      wrong.add(FieldError.at("", "must have one of at and cron"));
      return null;
    }
    var timing = body.at() != null ? once(wrong, body) : repeated(wrong, body);
    if (timing == null) {
      return null;
    }
    var pointer = body.at() != null ? "/at" : body.until() != null ? "/until" : "/cron";
    var next = timing.after(now);
    if (next.isEmpty()) {
      wrong.add(FieldError.at(pointer, "must leave a time that is to come"));
    } else if (next.get().isAfter(now.plus(config.latestStart())) && body.at() != null) {
      wrong.add(FieldError.at(pointer, "must be within " + config.latestStart()));
    }
    return timing;
  }

  private static Timing once(List<FieldError> wrong, ScheduleBody body) {
    if (body.zone() != null) {
      wrong.add(FieldError.at("/zone", "must not stand beside at, which is the same everywhere"));
    }
    if (body.until() != null) {
      wrong.add(FieldError.at("/until", "must not stand beside at"));
    }
    // What PostgreSQL keeps of a time.
    return new Timing.Once(body.at().truncatedTo(ChronoUnit.MICROS));
  }

  private static Timing repeated(List<FieldError> wrong, ScheduleBody body) {
    if (body.until() != null && body.until().isAfter(END)) {
      wrong.add(FieldError.at("/until", "must be before " + END));
      return null;
    }
    if (body.zone() == null) {
      wrong.add(FieldError.at("/zone", "must say whose clock cron means"));
      return null;
    }
    try {
      var zone = CronTime.zone(body.zone());
      try {
        var until = body.until() == null ? null : body.until().truncatedTo(ChronoUnit.MICROS);
        return new Timing.Repeated(CronTime.of(body.cron(), zone), until);
      } catch (IllegalArgumentException notCron) {
        wrong.add(FieldError.at("/cron", notCron.getMessage()));
      }
    } catch (IllegalArgumentException noZone) {
      wrong.add(FieldError.at("/zone", noZone.getMessage()));
    }
    return null;
  }

  private static byte[] sha256(ScheduleBody body) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(ContractJson.mapper().writeValueAsBytes(body));
    } catch (NoSuchAlgorithmException | JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
