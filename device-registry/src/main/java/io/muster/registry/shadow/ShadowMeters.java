package io.muster.registry.shadow;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.registry.shadow.ShadowTopic.Operation;
import java.util.Locale;

/** Counts what devices ask of their shadows. Thread-safe. */
final class ShadowMeters {
  private final MeterRegistry meters;

  ShadowMeters(MeterRegistry meters) {
    this.meters = meters;
    for (var operation : Operation.values()) {
      counter(operation, "accepted");
    }
  }

  void accepted(Operation operation) {
    counter(operation, "accepted").increment();
  }

  void rejected(Operation operation, ShadowRefusal refusal) {
    counter(operation, Integer.toString(refusal.code())).increment();
  }

  void unknownDevice(Operation operation) {
    counter(operation, "unknown-device").increment();
  }

  private Counter counter(Operation operation, String outcome) {
    return Counter.builder("muster.registry.shadow.requests")
        .description("What devices asked of their shadows over MQTT, by what came of it")
        .tag("operation", operation.name().toLowerCase(Locale.ROOT))
        .tag("outcome", outcome)
        .register(meters);
  }
}
