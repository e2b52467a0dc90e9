package io.muster.command.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.command.life.Reason;
import io.muster.command.life.State;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Counts how commands end, and how long they take: each once, at the instance whose transaction it
 * was, after its commit. Thread-safe.
 */
// At start: its meters are there before the first use.
@Startup
@ApplicationScoped
class EndMeters {
  private static final String NO_REASON = "none";

  /** From a device at hand to one that is away for its command's whole time to live. */
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(15),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofHours(1),
    Duration.ofDays(1)
  };

  /** All that there are; the first two are of one-way commands. */
  private static final Map<State, List<String>> ENDS =
      Map.of(
          State.SENT, List.of(NO_REASON),
          State.DELIVERED, List.of(NO_REASON),
          State.SUCCEEDED, List.of(NO_REASON),
          State.FAILED, List.of(NO_REASON),
          State.REJECTED, List.of(NO_REASON),
          State.EXPIRED, List.of(Reason.NOT_SENT, Reason.MAYBE_SENT),
          State.TIMED_OUT, List.of(Reason.NOT_DELIVERED, Reason.NO_ANSWER, Reason.NOT_FINISHED),
          State.CANCELLED,
              List.of(Reason.BEFORE_SENDING, Reason.AFTER_SENDING, Reason.DEVICE_DELETED));

  private final MeterRegistry meters;
  private final Map<State, Timer> took;

  EndMeters(MeterRegistry meters) {
    this.meters = meters;
    this.took = ENDS.keySet().stream().collect(Collectors.toMap(Function.identity(), this::timer));
    ENDS.forEach((state, reasons) -> reasons.forEach(reason -> count(state, reason)));
  }

  void written(@Observes Written written) {
    for (var end : written.ended()) {
      count(end.state(), end.reason() == null ? NO_REASON : end.reason()).increment();
      took.get(end.state()).record(end.took());
    }
  }

  private Counter count(State state, String reason) {
    return Counter.builder("muster.command.ended")
        .description("Commands that came to their end")
        .tag("state", state.label())
        .tag("reason", reason)
        .register(meters);
  }

  private Timer timer(State state) {
    return Timer.builder("muster.command.duration")
        .description("From when somebody asked for a command until its end")
        .tag("state", state.label())
        .serviceLevelObjectives(BUCKETS)
        .register(meters);
  }
}
