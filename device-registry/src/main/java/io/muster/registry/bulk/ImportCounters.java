package io.muster.registry.bulk;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Counts the rows of imports by what came of them. Thread-safe. */
@ApplicationScoped
@Startup
class ImportCounters {
  private final Map<RowResult.Outcome, Counter> counters = new EnumMap<>(RowResult.Outcome.class);

  ImportCounters(MeterRegistry meters) {
    Arrays.stream(RowResult.Outcome.values())
        .forEach(outcome -> counters.put(outcome, counter(meters, outcome)));
  }

  private static Counter counter(MeterRegistry meters, RowResult.Outcome outcome) {
    return Counter.builder("muster.registry.import.rows")
        .description("Rows of imports that were answered")
        .tags("result", outcome.name().toLowerCase(Locale.ROOT))
        .register(meters);
  }

  void count(List<RowResult> results) {
    results.forEach(result -> counters.get(result.result()).increment());
  }
}
