package io.muster.ingest.endpoint.limits;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.endpoint.limits.Limit.Answer;
import java.util.EnumMap;
import java.util.Map;

/** How often limits were reached, and what was done. No label names who did. Thread-safe. */
final class LimitMetrics {
  private final Map<Limit, Map<Answer, Counter>> reached = new EnumMap<>(Limit.class);

  LimitMetrics(MeterRegistry registry) {
    for (var limit : Limit.values()) {
      Map<Answer, Counter> ofLimit = new EnumMap<>(Answer.class);
      for (var answer : Answer.values()) {
        if (belongs(limit, answer)) {
          ofLimit.put(answer, counter(registry, limit, answer));
        }
      }
      reached.put(limit, ofLimit);
    }
  }

  private static boolean belongs(Limit limit, Answer answer) {
    return switch (limit) {
      case DEVICE_RATE, TENANT_RATE, TOTAL_RATE -> true;
      case DEVICE_IN_FLIGHT, TENANT_IN_FLIGHT, TOTAL_IN_FLIGHT, TOTAL_GATHERING ->
          answer == Answer.SLOWED;
      case CONNECTION_SUBSCRIPTIONS,
          DEVICE_SUBSCRIPTIONS,
          TENANT_SUBSCRIPTIONS,
          TOTAL_SUBSCRIPTIONS ->
          answer == Answer.REFUSED;
    };
  }

  private static Counter counter(MeterRegistry registry, Limit limit, Answer answer) {
    return Counter.builder("muster.endpoint.limits.reached")
        .description("Times that a limit was reached, and what was done")
        .tags("limit", limit.label(), "answer", answer.label())
        .register(registry);
  }

  void reached(Limit limit, Answer answer) {
    reached.get(limit).get(answer).increment();
  }
}
