package io.muster.command.schedules;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to be done about times that have come. When several have, because nobody was there to see
 * them, the last alone is made up for, and that only within a bound.
 *
 * @param fires for which time something is sent; empty when it is too late for all of them
 * @param missed the first of those for which nothing is sent; empty when there are none
 * @param next the first that is to come
 */
record Due(Optional<Instant> fires, Optional<Instant> missed, Optional<Instant> next) {

  /**
   * Decides.
   *
   * @param nextAt the first time that has come
   * @param catchUp how late something may still be sent
   */
  static Due of(Timing timing, Instant nextAt, Instant now, Duration catchUp) {
    var earliest = now.minus(catchUp);
    var fires = timing.last(earliest.isAfter(nextAt) ? earliest : nextAt, now);
    var missed = fires.filter(nextAt::equals).isPresent() ? null : nextAt;
    return new Due(fires, Optional.ofNullable(missed), timing.after(now));
  }
}
