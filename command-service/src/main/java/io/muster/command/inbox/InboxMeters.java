package io.muster.command.inbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.life.Outcome;
import io.muster.command.life.Outcome.Why;
import java.util.Locale;
import java.util.stream.Stream;

/** Counts what devices and endpoint say of commands, by what came of it. */
final class InboxMeters {
  private static final String TAKEN = "taken";

  private final MeterRegistry meters;
  private final Counter unreadable;

  InboxMeters(MeterRegistry meters) {
    this.meters = meters;
    this.unreadable =
        Counter.builder("muster.command.unreadable.events")
            .description("Events of ingest that could not be read and were skipped")
            .register(meters);
    Stream.concat(
            Stream.of(TAKEN, "foreign", "unknown"), Stream.of(Why.values()).map(InboxMeters::label))
        .forEach(this::answers);
  }

  void answer(Outcome outcome) {
    answer(label(outcome));
  }

  /**
   * @param outcome {@code taken}, or why nothing came of it
   */
  void answer(String outcome) {
    answers(outcome).increment();
  }

  void unreadable() {
    unreadable.increment();
  }

  private Counter answers(String outcome) {
    return Counter.builder("muster.command.answers")
        .tag("outcome", outcome)
        .description("Answers of devices, by what came of them")
        .register(meters);
  }

  private static String label(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Changed changed -> TAKEN;
      case Outcome.Ignored ignored -> label(ignored.why());
    };
  }

  private static String label(Why why) {
    return why.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
