package io.muster.command.jobs;

import io.muster.windows.Pace;
import io.muster.windows.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to be done about a job now, and when to look again. Pure.
 *
 * @param state what it is from now on
 * @param reason of the state, or null
 * @param release how many devices get the command, at most
 * @param pace what its rate leaves before that
 * @param waitsFor what it waits for, or null
 * @param dueAt when to look again without anything happening; null for never
 */
record Turn(JobState state, String reason, int release, Pace pace, String waitsFor, Instant dueAt) {
  static final String START = "start";
  static final String DEVICES = "devices";
  static final String WINDOW = "window";
  static final String RATE = "rate";
  static final String ROOM = "room";

  /** Why a job is aborted. */
  static final String FAILURES = "failures";

  private static final Duration SOON = Duration.ofMillis(200);
  private static final Duration WHEN_FULL = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  /**
   * A job whose time has come.
   *
   * @param counts of its devices
   * @param room how many more open commands its tenant may have
   * @param batch how many devices may be given the command at a time
   */
  static Turn of(Job job, Counts counts, long room, int batch, Instant now) {
    return switch (job.state()) {
      case SCHEDULED -> {
        var start = job.plan().startAt().orElse(now);
        yield start.isAfter(now)
            ? new Turn(JobState.SCHEDULED, null, 0, job.pace(), START, start)
            : new Turn(JobState.RUNNING, null, 0, Pace.fresh(now), DEVICES, now);
      }
      case RUNNING -> running(job, counts, room, batch, now);
      case PAUSED, COMPLETED, ABORTED, CANCELLED ->
          new Turn(job.state(), null, 0, job.pace(), null, null);
    };
  }

  private static Turn running(Job job, Counts counts, long room, int batch, Instant now) {
    var plan = job.plan();
    if (plan.abort().filter(rule -> rule.isReached(counts)).isPresent()) {
      return new Turn(JobState.ABORTED, FAILURES, 0, job.pace(), null, now);
    }
    if (isDone(job, counts)) {
      return new Turn(JobState.COMPLETED, null, 0, job.pace(), null, null);
    }
    if (plan.window().isPresent() && plan.window().get().openUntil(now).isEmpty()) {
      return closed(job, counts, plan.window().get(), now);
    }
    var perMinute =
        plan.rate().map(rate -> rate.perMinuteAfter(job.released(), counts.done())).orElse(0.0);
    var pace = plan.rate().isEmpty() ? job.pace() : job.pace().after(now, perMinute);
    var allowed = plan.rate().isEmpty() ? batch : Math.min(batch, pace.whole());
    var release = (int) Math.max(0, Math.min(Math.min(counts.pending(), allowed), room));
    if (job.isLooking()) {
      return new Turn(JobState.RUNNING, null, release, pace, DEVICES, now);
    }
    if (counts.pending() > release) {
      return more(plan, pace.minus(release), perMinute, release, room, batch, now)
          .with(release, pace);
    }
    return new Turn(JobState.RUNNING, null, release, pace, null, pause(job, counts, release, now));
  }

  /** Nobody waits for anything any more, and nobody will. */
  private static boolean isDone(Job job, Counts counts) {
    return !job.isLooking()
        && !job.plan().continuous()
        && counts.pending() == 0
        && counts.open() == 0
        // Without windows nobody returns, though a clock elsewhere may have been ahead.
        && (counts.returning() == 0 || job.plan().window().isEmpty());
  }

  private static Turn closed(Job job, Counts counts, Window window, Instant now) {
    var due = job.isLooking() ? now : window.nextOpening(now).orElse(null);
    if (counts.open() > 0) {
      due = earlier(due, pause(job, counts, 0, now));
    }
    if (counts.returning() > 0) {
      // By then nobody returns any more, and the job may be complete long before the window opens.
      due = earlier(due, later(job.releasedAt().plus(job.timeToLive()), now.plus(WHEN_FULL)));
    }
    return new Turn(JobState.RUNNING, null, 0, job.pace(), WINDOW, due);
  }

  /** Why not all have their turn now, and when the next have it. */
  private static Turn more(
      Plan plan, Pace left, double perMinute, int release, long room, int batch, Instant now) {
    if (release >= batch) {
      return new Turn(JobState.RUNNING, null, 0, left, null, now);
    }
    if (release >= room) {
      return new Turn(JobState.RUNNING, null, 0, left, ROOM, now.plus(WHEN_FULL));
    }
    var next = left.next(perMinute);
    return new Turn(JobState.RUNNING, null, 0, left, RATE, later(next, now.plus(SOON)));
  }

  /** The answers come by themselves: they are looked at less and less often. */
  private static Instant pause(Job job, Counts counts, int release, Instant now) {
    if (counts.open() == 0 && release == 0) {
      return null;
    }
    if (release > 0) {
      return now.plus(WHEN_FULL);
    }
    var quiet = Duration.between(job.releasedAt(), now).dividedBy(10);
    return now.plus(
        quiet.compareTo(WHEN_FULL) < 0
            ? WHEN_FULL
            : quiet.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : quiet);
  }

  private Turn with(int newRelease, Pace newPace) {
    return new Turn(state, reason, newRelease, newPace, waitsFor, dueAt);
  }

  /**
   * When the job is to be looked at again, also because devices may have come to fit. Only one that
   * runs looks for them: one that is paused or has not begun would be due all the time and never do
   * it.
   *
   * @param lookAgainAt when devices are to be looked for again, or null
   */
  Instant dueAt(Instant lookAgainAt) {
    return state == JobState.RUNNING ? earlier(dueAt, lookAgainAt) : dueAt;
  }

  /** The same when not all could be given the command, since their queues are full. */
  Turn released(int given, Instant now) {
    return given >= release
        ? this
        : new Turn(state, reason, given, pace, ROOM, later(dueAt, now.plus(WHEN_FULL)));
  }

  /** Until when a command that is released now may be sent. */
  static Instant expiry(Job job, Instant now) {
    var alive = now.plus(job.timeToLive());
    return job.plan()
        .window()
        .flatMap(window -> window.openUntil(now))
        .filter(closes -> closes.isBefore(alive))
        .orElse(alive);
  }

  static Instant earlier(Instant one, Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.isBefore(one) ? other : one;
  }

  private static Instant later(Instant one, Instant other) {
    return Optional.ofNullable(one).filter(it -> it.isAfter(other)).orElse(other);
  }
}
