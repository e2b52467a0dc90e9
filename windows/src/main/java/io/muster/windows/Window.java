package io.muster.windows;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When something may be done: from each time of a clock on the wall for a while, which is as long
 * as it says also where the clock is changed meanwhile. Immutable, thread-safe.
 *
 * @param opens when it opens
 * @param duration how long it is open
 */
public record Window(CronTime opens, Duration duration) {
  private static final Duration SECOND = Duration.ofSeconds(1);

  public Window {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException("a window is open for a while");
    }
  }

  /** When it closes; empty while it is closed. */
  public Optional<Instant> openUntil(Instant now) {
    var opened = now.minus(duration);
    if (!opensBetween(opened, now)) {
      return Optional.empty();
    }
    // The last of those that are open now closes last.
    var later = now;
    while (Duration.between(opened, later).compareTo(SECOND) > 0) {
      var middle = opened.plus(Duration.between(opened, later).dividedBy(2));
      if (opensBetween(middle, now)) {
        opened = middle;
      } else {
        later = middle;
      }
    }
    return opens.after(opened).map(it -> it.plus(duration));
  }

  /** When it opens next; empty for never. */
  public Optional<Instant> nextOpening(Instant now) {
    return opens.after(now);
  }

  /** After the first, not after the second. */
  private boolean opensBetween(Instant after, Instant until) {
    return opens.after(after).filter(it -> !it.isAfter(until)).isPresent();
  }
}
