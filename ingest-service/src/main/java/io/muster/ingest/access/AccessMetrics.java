package io.muster.ingest.access;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.contract.registry.VerifyAnswer;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/**
 * What there is to count about access. Labels are closed sets: a decision, a reason, a kind, an
 * operation; never a device. Thread-safe.
 */
final class AccessMetrics {
  private final MeterRegistry meters;

  AccessMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  void admission(Admission admission) {
    switch (admission) {
      case Admission.Granted granted -> verification("allow", "none");
      case Admission.Denied(VerifyAnswer.Reason reason) -> verification("deny", reason.label());
      case Admission.Unavailable away -> verification("unavailable", "registry-away");
    }
  }

  private void verification(String decision, String reason) {
    meters
        .counter("muster.access.verifications", "decision", decision, "reason", reason)
        .increment();
  }

  void cacheHit(String kind) {
    meters.counter("muster.access.cache.hits", "kind", kind).increment();
  }

  void staleAnswer(String kind) {
    meters.counter("muster.access.stale.answers", "kind", kind).increment();
  }

  void withdrawal(String event) {
    meters.counter("muster.access.withdrawals", "event", event).increment();
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
                  .invoke((answer, failure) -> sample.stop(timer(operation, failure)));
            });
  }

  private Timer timer(String operation, Throwable failure) {
    return meters.timer(
        "muster.registry.requests",
        "operation",
        operation,
        "outcome",
        failure == null ? "answered" : "away");
  }
}
