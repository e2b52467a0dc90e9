package io.muster.command.aws;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * How many requests of each device are served: a number at once, and in the long run so many a
 * second, by the time at which the endpoint took them. A page of a log that is taken again, since
 * the database was away, counts once. Knows a bounded number of devices and requests, the last
 * ones. Thread-safe.
 */
final class RequestRate {
  private static final int MOST_DEVICES = 50_000;

  /** More than a page holds. */
  private static final int MOST_REQUESTS = 2_000;

  private final double perSecond;
  private final double burst;
  private final Map<DeviceAddress, Left> devices = new Latest<>(MOST_DEVICES);
  private final Map<UUID, Boolean> decided = new Latest<>(MOST_REQUESTS);

  private record Left(double requests, Instant at) {}

  RequestRate(int perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /**
   * Counts a request; false when it is one too many, which then does not count.
   *
   * @param request its id
   */
  synchronized boolean allows(UUID request, DeviceAddress device, Instant at) {
    return decided.computeIfAbsent(request, first -> count(device, at));
  }

  private boolean count(DeviceAddress device, Instant at) {
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

  /** Forgets what was asked for least lately. */
  private static final class Latest<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;

    private final int most;

    Latest(int most) {
      super(256, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }
}
