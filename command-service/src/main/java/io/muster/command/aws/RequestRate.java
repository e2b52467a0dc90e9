package io.muster.command.aws;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many requests of each device are served: a number at once, and in the long run so many a
 * second, by the time at which the endpoint took them. Knows a bounded number of devices, those
 * that asked last. Thread-safe.
 */
final class RequestRate {
  private static final int MOST_DEVICES = 50_000;

  private final double perSecond;
  private final double burst;
  private final Map<DeviceAddress, Left> devices =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<DeviceAddress, Left> eldest) {
          return size() > MOST_DEVICES;
        }
      };

  private record Left(double requests, Instant at) {}

  RequestRate(int perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /** Counts a request; false when it is one too many, which then does not count. */
  synchronized boolean allows(DeviceAddress device, Instant at) {
    var before = devices.getOrDefault(device, new Left(burst, at));
    var passed = Duration.between(before.at(), at);
    var left =
        passed.isNegative()
            ? before
            : new Left(Math.min(burst, before.requests() + seconds(passed) * perSecond), at);
    var allowed = left.requests() >= 1;
    devices.put(device, allowed ? new Left(left.requests() - 1, left.at()) : left);
    return allowed;
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
