package io.muster.firmware.rollouts;

import io.muster.windows.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How long a rollout takes: its groups one after another, each as fast as rate and room allow, in
 * the time in which its window is open, and for each group as long as an update takes. An estimate;
 * pure.
 */
final class Forecast {
  /** A nightly window for more than a year; looking for one costs something, at each look. */
  private static final int MOST_OPENINGS = 400;

  private static final int MOST_STEPS = 100_000;
  private static final double NANOS_PER_MINUTE = Duration.ofMinutes(1).toNanos();

  /** Beyond it nobody plans. */
  private static final Duration MOST = Duration.ofDays(10 * 366);

  private Forecast() {}

  /**
   * When it is through.
   *
   * @param groups how many devices of each have not had their turn
   * @param given how many had it before
   * @param update how long a device takes from being given it to having it
   * @param from when it begins, or goes on
   * @return empty when that is beyond all bounds
   */
  static Optional<Instant> end(
      Plan plan, List<Long> groups, long given, Duration update, Instant from) {
    var at = Optional.of(from);
    var before = given;
    for (var devices : groups) {
      if (devices > 0 && at.isPresent()) {
        var giving = giving(plan, devices, before, update);
        at = giving.compareTo(MOST) > 0 ? Optional.empty() : open(plan.window(), at.get(), giving);
        at = at.map(it -> it.plus(update));
        before += devices;
      }
    }
    return at.filter(it -> it.isBefore(from.plus(MOST)));
  }

  /** How long it takes to give devices their update while nothing else is in the way. */
  static Duration giving(Plan plan, long devices, long given, Duration update) {
    if (plan.rate().isEmpty() && plan.atOnce().isEmpty()) {
      return Duration.ZERO;
    }
    var room =
        plan.atOnce().isEmpty()
            ? Double.MAX_VALUE
            : plan.atOnce().getAsInt() / Math.max(update.toNanos() / NANOS_PER_MINUTE, 1e-6);
    var minutes = 0.0;
    var left = devices;
    var before = given;
    for (var steps = 0; left > 0; steps++) {
      var rate = rate(plan, before);
      var some = steps < MOST_STEPS ? Math.min(left, untilNextRate(plan, before)) : left;
      minutes += some / Math.min(room, rate);
      left -= some;
      before += some;
    }
    // The first has its turn at once.
    minutes -= 1 / Math.min(room, rate(plan, given));
    return minutes * NANOS_PER_MINUTE > MOST.toNanos()
        ? MOST.plusNanos(1)
        : Duration.ofNanos((long) Math.max(0, minutes * NANOS_PER_MINUTE));
  }

  private static double rate(Plan plan, long given) {
    return plan.rate().map(it -> it.perMinuteAfter(given, given)).orElse(Double.MAX_VALUE);
  }

  private static long untilNextRate(Plan plan, long given) {
    return plan.rate()
        .flatMap(it -> it.ramp())
        .map(ramp -> ramp.every() - given % ramp.every())
        .orElse(Long.MAX_VALUE);
  }

  /** After so much time in which a window was open; empty when it does not open often enough. */
  static Optional<Instant> open(Optional<Window> window, Instant from, Duration needed) {
    if (window.isEmpty()) {
      return Optional.of(from.plus(needed));
    }
    var at = from;
    var left = needed;
    for (var steps = 0; steps < 2 * MOST_OPENINGS && at.isBefore(from.plus(MOST)); steps++) {
      var closes = window.get().openUntil(at);
      if (closes.isPresent()) {
        var open = Duration.between(at, closes.get());
        if (open.compareTo(left) > 0) {
          return Optional.of(at.plus(left));
        }
        left = left.minus(open);
        at = closes.get();
      } else {
        var opens = window.get().nextOpening(at);
        if (opens.isEmpty()) {
          return Optional.empty();
        }
        at = opens.get();
      }
    }
    return Optional.empty();
  }
}
