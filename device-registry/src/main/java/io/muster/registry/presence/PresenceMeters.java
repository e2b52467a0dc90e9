package io.muster.registry.presence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counts who comes and goes. Thread-safe. */
@ApplicationScoped
class PresenceMeters {
  private final Counter online;
  private final Counter offline;
  private final Counter reported;
  private final AtomicLong quietReplicas = new AtomicLong();

  PresenceMeters(MeterRegistry meters) {
    online = changes(meters, PresenceStatus.ONLINE);
    offline = changes(meters, PresenceStatus.OFFLINE);
    reported =
        Counter.builder("muster.registry.presence.reported")
            .description("Devices of which the endpoint reported that it had heard them")
            .register(meters);
    Gauge.builder("muster.registry.presence.replicas.quiet", quietReplicas, AtomicLong::get)
        .description("Replicas of the endpoint that live and do not report")
        .register(meters);
  }

  /** Counters are there from the start, at zero. */
  void start(@Observes StartupEvent started) {}

  private static Counter changes(MeterRegistry meters, PresenceStatus status) {
    return Counter.builder("muster.registry.presence.changes")
        .description("Devices that came or went")
        .tag("status", status.label())
        .register(meters);
  }

  void changed(List<PresenceChange> changes) {
    for (var change : changes) {
      (change.status() == PresenceStatus.ONLINE ? online : offline).increment();
    }
  }

  void reported(int devices) {
    reported.increment(devices);
  }

  void quietReplicas(long count) {
    quietReplicas.set(count);
  }
}
