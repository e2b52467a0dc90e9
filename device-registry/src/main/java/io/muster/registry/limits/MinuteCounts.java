package io.muster.registry.limits;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts by name in whole minutes, at this instance. Of more names than it keeps, those that came
 * first are forgotten. Thread-safe.
 */
public final class MinuteCounts {
  private static final int MOST_NAMES = 10_000;
  private static final long MINUTE_MILLIS = 60_000;

  private final Clock clock;
  private final Map<String, Integer> counts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > MOST_NAMES;
        }
      };
  private long minute;

  public MinuteCounts(Clock clock) {
    this.clock = clock;
  }

  /** How often it was counted in this minute. */
  public synchronized int of(String name) {
    turn();
    return counts.getOrDefault(name, 0);
  }

  /**
   * Counts one more.
   *
   * @return how many it are now
   */
  public synchronized int add(String name) {
    turn();
    return counts.merge(name, 1, Integer::sum);
  }

  private void turn() {
    var now = clock.millis() / MINUTE_MILLIS;
    if (now != minute) {
      counts.clear();
      minute = now;
    }
  }
}
