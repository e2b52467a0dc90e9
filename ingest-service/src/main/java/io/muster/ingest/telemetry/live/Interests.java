package io.muster.ingest.telemetry.live;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the followers at all instances are interested in, as far as this one was told of late.
 * Thread-safe; while nobody follows anything, asking costs a read of a field.
 */
final class Interests {
  private final Clock clock;
  private final Map<Interest, Instant> until = new ConcurrentHashMap<>();
  private volatile boolean any;

  Interests(Clock clock) {
    this.clock = clock;
  }

  void add(Interest interest, Duration lasting) {
    until.put(interest, clock.instant().plus(lasting));
    any = true;
  }

  /** Whether there is any. */
  boolean any() {
    return any;
  }

  boolean in(Interest device) {
    return until.containsKey(device) || until.containsKey(device.inAll());
  }

  /** Forgets what was not renewed. */
  void expire() {
    var now = clock.instant();
    until.values().removeIf(end -> end.isBefore(now));
    any = !until.isEmpty();
  }
}
