package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * How often each device may ask: so many at once, so many a second in the long run. By the time at
 * which the endpoint took a request, so that what waited does not come too fast when it is read.
 * Remembers a bounded number of devices, the latest. Thread-safe.
 */
final class RequestRate {
  private static final int MOST_DEVICES = 50_000;
  private static final int MOST_REQUESTS = 4_000;

  private final double perSecond;
  private final double burst;
  private final Map<DeviceAddress, Bucket> buckets =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<DeviceAddress, Bucket> eldest) {
          return size() > MOST_DEVICES;
        }
      };

  /**
   * Of the last requests, some pages of the log: a page is read again when it could not be kept.
   */
  private final Map<UUID, Boolean> decided =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
          return size() > MOST_REQUESTS;
        }
      };

  private record Bucket(double tokens, Instant at) {}

  RequestRate(int perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /**
   * Whether a request is within the limit; asked again about the same one, it says the same.
   *
   * @param request its id
   */
  synchronized boolean allows(DeviceAddress device, UUID request, Instant at) {
    var known = decided.get(request);
    if (known != null) {
      return known;
    }
    var allowed = allows(device, at);
    decided.put(request, allowed);
    return allowed;
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
