package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceAddress;
import java.time.Clock;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the dead letters of each device in the present minute. Thread-safe and bounded. */
final class DeadLetterRate {
  private static final long MINUTE_MILLIS = 60_000;

  /** Beyond this many devices with dead letters in one minute some are not counted. */
  private static final int MOST_DEVICES = 100_000;

  private final Clock clock;
  private final int most;
  private final ConcurrentHashMap<DeviceAddress, Integer> counts = new ConcurrentHashMap<>();
  private final AtomicLong minute = new AtomicLong();

  DeadLetterRate(Clock clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  /** Counts one; whether it is more than allowed. */
  boolean exceeds(DeviceAddress device) {
    var now = clock.millis() / MINUTE_MILLIS;
    if (minute.getAndSet(now) != now) {
      counts.clear();
    }
    if (counts.size() >= MOST_DEVICES && !counts.containsKey(device)) {
      return false;
    }
    return counts.merge(device, 1, Integer::sum) > most;
  }

  void forget(DeviceAddress device) {
    counts.remove(device);
  }
}
