package io.muster.command.schedules;

import io.muster.windows.CronTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The times of a schedule. Immutable. */
sealed interface Timing {
  /** The shortest time between two. */
  Duration LOOK_BACK = Duration.ofMinutes(1);

  /** Once. */
  record Once(Instant at) implements Timing {
    @Override
    public Optional<Instant> after(Instant instant) {
      return Optional.of(at).filter(it -> it.isAfter(instant));
    }
  }

  /**
   * Again and again.
   *
   * @param until the last moment at which it may be; null for ever
   */
  record Repeated(CronTime cron, Instant until) implements Timing {
    @Override
    public Optional<Instant> after(Instant instant) {
      return cron.after(instant).filter(it -> until == null || !it.isAfter(until));
    }
  }

  /** The first of its times after that one. */
  Optional<Instant> after(Instant instant);

  /**
   * The last of its times within a span, of which as little as needed is walked through.
   *
   * @param from the first moment that counts
   * @param to the last one
   */
  default Optional<Instant> last(Instant from, Instant to) {
    var before = from.minusNanos(1);
    for (var back = LOOK_BACK; ; back = back.multipliedBy(2)) {
      var begin = to.minus(back);
      var isAll = !begin.isAfter(before);
      var found = after(isAll ? before : begin).filter(it -> !it.isAfter(to));
      if (found.isPresent()) {
        return Optional.of(walk(found.get(), to));
      }
      if (isAll) {
        return Optional.empty();
      }
    }
  }

  private Instant walk(Instant first, Instant to) {
    var last = first;
    var next = after(last);
    while (next.isPresent() && !next.get().isAfter(to)) {
      last = next.get();
      next = after(last);
    }
    return last;
  }
}
