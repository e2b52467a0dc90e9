package io.muster.registry.emqx;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Answers that hold for a short time, a bounded number of them: the one that was not asked for
 * longest gives way. Thread-safe.
 */
final class Remembered<K, V> {
  private final Duration keptFor;
  private final Clock clock;
  private final Map<K, Kept<V>> entries;

  private record Kept<V>(V value, Instant until) {}

  Remembered(int max, Duration keptFor, Clock clock) {
    this.keptFor = keptFor;
    this.clock = clock;
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, Kept<V>> eldest) {
            return size() > max;
          }
        };
  }

  Optional<V> get(K key) {
    synchronized (entries) {
      var entry = entries.get(key);
      if (entry == null) {
        return Optional.empty();
      }
      if (!clock.instant().isBefore(entry.until())) {
        entries.remove(key);
        return Optional.empty();
      }
      return Optional.of(entry.value());
    }
  }

  /**
   * @param asked when the database was asked: what it said then is no younger
   */
  void put(K key, V value, Instant asked) {
    synchronized (entries) {
      entries.put(key, new Kept<>(value, asked.plus(keptFor)));
    }
  }

  int size() {
    synchronized (entries) {
      return entries.size();
    }
  }
}
