package io.muster.ingest.devices;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bounded cache that forgets what was not asked for of late: when the young half is full it
 * becomes the old one, and what is asked for moves back. Thread-safe; a race costs a look-up.
 */
public final class TwoGenerationCache<K, V> {
  private final int halfCapacity;
  private volatile Map<K, V> young = new ConcurrentHashMap<>();
  private volatile Map<K, V> old = new ConcurrentHashMap<>();

  /**
   * @param capacity the most entries, about
   */
  public TwoGenerationCache(int capacity) {
    this.halfCapacity = Math.max(1, capacity / 2);
  }

  /** The value, or null. */
  public V get(K key) {
    var value = young.get(key);
    if (value != null) {
      return value;
    }
    value = old.get(key);
    if (value != null) {
      put(key, value);
    }
    return value;
  }

  public void put(K key, V value) {
    var map = young;
    map.put(key, value);
    if (map.size() > halfCapacity) {
      age(map);
    }
  }

  private synchronized void age(Map<K, V> full) {
    if (young == full) {
      old = full;
      young = new ConcurrentHashMap<>();
    }
  }

  public void clear() {
    young = new ConcurrentHashMap<>();
    old = new ConcurrentHashMap<>();
  }

  public int size() {
    return young.size() + old.size();
  }
}
