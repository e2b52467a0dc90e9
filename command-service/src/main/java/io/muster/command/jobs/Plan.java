package io.muster.command.jobs;

import io.muster.windows.CronTime;
import io.muster.windows.Rate;
import io.muster.windows.Rate.Counted;
import io.muster.windows.Rate.Ramp;
import io.muster.windows.Window;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * To whom and when a job sends.
 *
 * @param continuous whether devices that come to fit later get the command too
 * @param rate empty: as fast as it goes
 * @param abort empty: whatever happens
 * @param window empty: at any time
 * @param startAt empty: at once
 */
record Plan(
    Targets targets,
    boolean continuous,
    Optional<Rate> rate,
    Optional<AbortRule> abort,
    Optional<Window> window,
    Optional<Instant> startAt) {
  private static final int RAMP_EVERY = 10;

  /**
   * @param body that has been checked
   */
  static Plan of(PlanBody body) {
    return new Plan(
        Targets.of(body.targets()),
        Boolean.TRUE.equals(body.continuous()),
        Optional.ofNullable(body.rate()).map(Plan::rate),
        Optional.ofNullable(body.abort()).map(it -> new AbortRule(it.failureShare(), it.minimum())),
        Optional.ofNullable(body.maintenance())
            .map(it -> new Window(CronTime.of(it.cron(), it.zone()), it.duration())),
        Optional.ofNullable(body.startAt()));
  }

  private static Rate rate(RateBody body) {
    var ramp =
        Optional.ofNullable(body.ramp())
            .map(
                it ->
                    new Ramp(
                        it.perMinute(),
                        it.factor(),
                        it.every() == null ? RAMP_EVERY * it.perMinute() : it.every(),
                        it.counted() == null
                            ? Counted.RELEASED
                            : Counted.valueOf(it.counted().toUpperCase(Locale.ROOT))));
    return new Rate(body.perMinute(), ramp);
  }
}
