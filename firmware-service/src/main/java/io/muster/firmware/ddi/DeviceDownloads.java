package io.muster.firmware.ddi;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.targets.Target;
import io.muster.rest.problem.Refusal;
import io.muster.rest.requests.RequestEnd;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bounds how many downloads one device has under way at this instance: they last as long as it
 * takes them slowly, and without a bound of its own one device could take the places of all.
 * Thread-safe.
 */
@Startup
@ApplicationScoped
class DeviceDownloads {
  /** One that was cut without a word ends when its connection has been idle for long enough. */
  private static final Duration AGAIN = Duration.ofSeconds(10);

  /** By the device's key; those with none are not in it. */
  private final ConcurrentMap<Long, Integer> underWay = new ConcurrentHashMap<>();

  private final int most;
  private final Counter refused;

  DeviceDownloads(DdiConfig config, MeterRegistry meters) {
    this.most = config.ddi().downloadsAtOnce();
    this.refused =
        Counter.builder("muster.firmware.device.limited")
            .tag("what", "downloads")
            .description(DeviceRequests.LIMITED)
            .register(meters);
  }

  /** One begins, until its request is over; 429 when the device has as many as it may have. */
  void begin(Target device, RequestEnd end) {
    if (!takePlace(device.key())) {
      refused.increment();
      throw new Refusal.LimitReached("downloads of the device at once", most, AGAIN).asException();
    }
    end.then(() -> leave(device.key()));
  }

  /** One that is refused counts at no time. */
  private boolean takePlace(long device) {
    var taken = new AtomicBoolean();
    underWay.compute(
        device,
        (_, count) -> {
          var others = count == null ? 0 : count;
          taken.set(others < most);
          return others < most ? others + 1 : others;
        });
    return taken.get();
  }

  private void leave(long device) {
    underWay.computeIfPresent(device, (_, count) -> count == 1 ? null : count - 1);
  }

  /** How many devices have some. */
  int devices() {
    return underWay.size();
  }
}
