package io.muster.firmware.ddi;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.targets.Target;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;

/**
 * Bounds what one device may ask in a minute, at this instance: what it shows may hold, and its
 * questions cost signatures and locks nevertheless. Downloads are not counted, since of a delta
 * thousands of ranges are fetched ({@link DeviceDownloads}); nor is feedback, which has a bound of
 * its own that the end of an action passes, but for that on actions that are not there.
 * Thread-safe.
 */
@Startup
@ApplicationScoped
class DeviceRequests {
  static final String LIMITED =
      "Requests of devices that were refused since one asked too much, in a minute or at once";

  /** Of each little is remembered, and of very many at once the first are forgotten. */
  private static final int REMEMBERED = 50_000;

  private static final String REQUESTS = "requests";
  private static final String ATTRIBUTES = "attributes";

  private final Attempts requests;
  private final Attempts changes;
  private final DdiConfig.Ddi limits;
  private final MeterRegistry meters;

  DeviceRequests(DdiConfig config, MeterRegistry meters, Clock clock) {
    this.limits = config.ddi();
    this.requests = new Attempts(limits.requestsPerMinute(), REMEMBERED, clock);
    this.changes = new Attempts(limits.attributeChangesPerMinute(), REMEMBERED, clock);
    this.meters = meters;
    List.of(REQUESTS, ATTRIBUTES).forEach(this::counter);
  }

  /** It asks for something; 429 when that is too much. */
  void asked(Target device) {
    take(
        requests,
        device,
        REQUESTS,
        new Limit("requests of the device in a minute", limits.requestsPerMinute()));
  }

  /** It says something new of itself; 429 when that is too much. */
  void describesItself(Target device) {
    take(
        changes,
        device,
        ATTRIBUTES,
        new Limit(
            "changes of the device's attributes in a minute", limits.attributeChangesPerMinute()));
  }

  private record Limit(String name, int value) {}

  private void take(Attempts attempts, Target device, String what, Limit limit) {
    var who = Long.toString(device.key());
    var remaining = attempts.blockedFor(who);
    if (remaining.isPositive()) {
      counter(what).increment();
      throw new Refusal.LimitReached(limit.name(), limit.value(), remaining).asException();
    }
    attempts.count(who);
  }

  private Counter counter(String what) {
    return Counter.builder("muster.firmware.device.limited")
        .tag("what", what)
        .description(LIMITED)
        .register(meters);
  }
}
