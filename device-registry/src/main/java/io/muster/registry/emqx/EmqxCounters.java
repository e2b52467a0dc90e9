package io.muster.registry.emqx;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Counts what EMQX asks and tells. Thread-safe. */
@ApplicationScoped
@Startup
class EmqxCounters {
  private final MeterRegistry meters;

  EmqxCounters(MeterRegistry meters) {
    this.meters = meters;
    for (var question : List.of("authn", "authz")) {
      List.of("allow", "deny", "unavailable").forEach(result -> counter(question, result));
    }
    List.of("taken", "ignored", "unavailable").forEach(result -> counter("session", result));
  }

  /**
   * @param question {@code authn}, {@code authz} or {@code session}
   * @param result {@code allow}, {@code deny} or {@code unavailable}; of sessions {@code taken},
   *     {@code ignored} or {@code unavailable}
   */
  void count(String question, String result) {
    counter(question, result).increment();
  }

  private Counter counter(String question, String result) {
    return Counter.builder("muster.registry.emqx.requests")
        .description("Questions and reports of a broker of others")
        .tags("question", question, "result", result)
        .register(meters);
  }
}
