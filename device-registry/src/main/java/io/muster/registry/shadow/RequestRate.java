package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each device may ask: so many at once, so many a second in the long run. By the time at
 * which the endpoint took a request, so that what waited does not come too fast when it is read.
 * Remembers a bounded number of devices, the latest. Thread-safe.
 */
final class RequestRate {
  private static final int MOST_DEVICES = 50_000;

  private final double perSecond;
  private final double burst;
  private final Map<DeviceAddress, Bucket> buckets =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<DeviceAddress, Bucket> eldest) {
          return size() > MOST_DEVICES;
        }
      };

  private record Bucket(double tokens, Instant at) {}

  RequestRate(int perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /** Counts a request; false when it is one too many, which then does not count. */
  synchronized boolean allows(DeviceAddress device, Instant at) {
    var before = buckets.getOrDefault(device, new Bucket(burst, at));
    var seconds = Math.max(0, Duration.between(before.at(), at).toNanos() / 1e9);
    var tokens = Math.min(burst, before.tokens() + seconds * perSecond);
    var allowed = tokens >= 1;
    var now = at.isAfter(before.at()) ? at : before.at();
    buckets.put(device, new Bucket(allowed ? tokens - 1 : tokens, now));
    return allowed;
  }
}
