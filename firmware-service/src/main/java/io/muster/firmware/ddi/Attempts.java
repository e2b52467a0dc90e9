package io.muster.firmware.ddi;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often somebody did something in the last minute. Bounded: of very many at once the first are
 * forgotten. Thread-safe.
 */
final class Attempts {
  private static final int REMEMBERED = 10_000;
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final int limit;
  private final int remembered;
  private final Clock clock;
  private final Map<String, Window> windows =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
          return size() > remembered;
        }
      };

  private record Window(Instant since, int times) {}

  Attempts(int limit, Clock clock) {
    this(limit, REMEMBERED, clock);
  }

  /**
   * @param remembered of how many at once it is known how often they did it
   */
  Attempts(int limit, int remembered, Clock clock) {
    this.limit = limit;
    this.remembered = remembered;
    this.clock = clock;
  }

  /** Whether somebody is not to be listened to for now. */
  synchronized boolean isBlocked(String who) {
    return blockedFor(who).isPositive();
  }

  /** For how long somebody is not to be listened to; zero for others. */
  synchronized Duration blockedFor(String who) {
    var window = windows.get(who);
    return window != null && isNow(window) && window.times >= limit
        ? Duration.between(clock.instant(), window.since.plus(WINDOW))
        : Duration.ZERO;
  }

  /** Somebody did it. */
  synchronized void count(String who) {
    var window = windows.get(who);
    windows.put(
        who,
        window != null && isNow(window)
            ? new Window(window.since, window.times + 1)
            : new Window(clock.instant(), 1));
  }

  private boolean isNow(Window window) {
    return clock.instant().isBefore(window.since.plus(WINDOW));
  }
}
