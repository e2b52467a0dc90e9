package io.muster.ingest.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.rest.answers.AnswerCache;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Supplier;

/**
 * What there is to count about access. Labels are closed sets: a decision, a reason, a kind, an
 * operation; never a device. Thread-safe.
 */
final class AccessMetrics implements AnswerCache.Uses {
  private static final List<String> KINDS = List.of("credential", "device");
  private static final List<String> OPERATIONS = List.of("verify", "device", "events");
  private static final List<String> OUTCOMES = List.of("answered", "away");

  /** The registry's events, and what stands for those that cannot be known. */
  private static final List<String> WITHDRAWALS =
      List.of(
          "device-disabled",
          "device-deleted",
          "credential-revoked",
          "token-key-withdrawn",
          "tenant-suspended",
          "tenant-deleted",
          "log-lost",
          "malformed");

  private final MeterRegistry meters;

  AccessMetrics(MeterRegistry meters) {
    this.meters = meters;
    // All of them from the start: a counter that is missing cannot be told from one at zero.
    verifications("allow", "none");
    verifications("unavailable", "registry-away");
    for (var reason : VerifyAnswer.Reason.values()) {
      verifications("deny", reason.label());
    }
    KINDS.forEach(this::cacheHits);
    KINDS.forEach(this::staleAnswers);
    WITHDRAWALS.forEach(this::withdrawals);
    OPERATIONS.forEach(operation -> OUTCOMES.forEach(outcome -> timer(operation, outcome)));
  }

  void admission(Admission admission) {
    switch (admission) {
      case Admission.Granted granted -> verification("allow", "none");
      case Admission.Denied(VerifyAnswer.Reason reason) -> verification("deny", reason.label());
      case Admission.Unavailable away -> verification("unavailable", "registry-away");
    }
  }

  private void verification(String decision, String reason) {
    verifications(decision, reason).increment();
  }

  private Counter verifications(String decision, String reason) {
    return Counter.builder("muster.access.verifications")
        .description("Answers to clients that want to connect")
        .tags("decision", decision, "reason", reason)
        .register(meters);
  }

  @Override
  public void cacheHit(String kind) {
    cacheHits(kind).increment();
  }

  private Counter cacheHits(String kind) {
    return counter("cache.hits", "Answers that were remembered", "kind", kind);
  }

  @Override
  public void staleAnswer(String kind) {
    staleAnswers(kind).increment();
  }

  private Counter staleAnswers(String kind) {
    return counter("stale.answers", "Remembered answers used with the registry away", "kind", kind);
  }

  void withdrawal(String event) {
    withdrawals(event).increment();
  }

  private Counter withdrawals(String event) {
    return counter("withdrawals", "Events that ended somebody's access", "event", event);
  }

  private Counter counter(String name, String description, String key, String value) {
    return Counter.builder("muster.access." + name)
        .description(description)
        .tag(key, value)
        .register(meters);
  }

  /** How long the registry takes, by operation and by whether there was an answer. */
  <T> Uni<T> timed(String operation, Supplier<Uni<T>> request) {
    return Uni.createFrom()
        .deferred(
            () -> {
              var sample = Timer.start(meters);
              return request
                  .get()
                  .onItemOrFailure()
                  .invoke((answer, failure) -> sample.stop(timer(operation, outcome(failure))));
            });
  }

  private static String outcome(Throwable failure) {
    return failure == null ? "answered" : "away";
  }

  private Timer timer(String operation, String outcome) {
    return Timer.builder("muster.access.registry.requests")
        .description("How long the registry takes to answer")
        .tags("operation", operation, "outcome", outcome)
        .register(meters);
  }
}
