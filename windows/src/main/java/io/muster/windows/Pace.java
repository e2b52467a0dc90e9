package io.muster.windows;

import java.time.Duration;
import java.time.Instant;

/**
 * Keeps to a rate: how many may be served now. What was not used for a while is not made up for, so
 * that nobody gets a minute's worth at once after a pause. Immutable, thread-safe.
 *
 * @param credit how many may be served
 * @param at when that was so
 */
public record Pace(double credit, Instant at) {
  /** As much as may be made up for: a look that comes late. */
  private static final double MOST_MINUTES = 5.0 / 60;

  private static final double NANOS_PER_MINUTE = Duration.ofMinutes(1).toNanos();

  /** At the beginning, and after each pause: the first may go at once. */
  public static Pace fresh(Instant now) {
    return new Pace(1, now);
  }

  /** What it is later, at a rate. */
  public Pace after(Instant now, double perMinute) {
    if (!now.isAfter(at)) {
      return this;
    }
    var minutes = Duration.between(at, now).toNanos() / NANOS_PER_MINUTE;
    var most = Math.max(1, perMinute * MOST_MINUTES);
    return new Pace(Math.min(most, credit + minutes * perMinute), now);
  }

  /** How many may be served. */
  public int whole() {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, Math.floor(credit + 1e-9)));
  }

  /** What is left after some were served. */
  public Pace minus(int served) {
    return new Pace(credit - served, at);
  }

  /** When the next may be served. */
  public Instant next(double perMinute) {
    if (whole() >= 1) {
      return at;
    }
    return at.plusNanos((long) Math.ceil((1 - credit) / perMinute * NANOS_PER_MINUTE));
  }
}
