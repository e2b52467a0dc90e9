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
  static final String UNAVAILABLE = "unavailable";
  static final String UNREADABLE = "unreadable";

  private final MeterRegistry meters;

  EmqxCounters(MeterRegistry meters) {
    this.meters = meters;
    for (var question : List.of("authn", "authz")) {
      List.of("allow", "deny", UNREADABLE, UNAVAILABLE)
          .forEach(result -> counter(question, result));
    }
    List.of("taken", "ignored", UNREADABLE, UNAVAILABLE)
        .forEach(result -> counter("session", result));
  }

  /**
   * @param question {@code authn}, {@code authz} or {@code session}
   * @param result {@code allow} or {@code deny}, of sessions {@code taken} or {@code ignored};
   *     {@value #UNREADABLE} or {@value #UNAVAILABLE}
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
