package io.muster.command.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.life.Outcome;
import java.util.Locale;

/** Counts what devices and endpoint say of commands, by what came of it. */
final class InboxMeters {
  private final MeterRegistry meters;

  InboxMeters(MeterRegistry meters) {
    this.meters = meters;
  }

  void answer(Outcome outcome) {
    answer(label(outcome));
  }

  /**
   * @param outcome {@code taken}, or why nothing came of it
   */
  void answer(String outcome) {
    meters.counter("muster.command.answers", "outcome", outcome).increment();
  }

  void unreadable() {
    meters.counter("muster.command.unreadable.events").increment();
  }

  private static String label(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Changed changed -> "taken";
      case Outcome.Ignored ignored ->
          ignored.why().name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }
}
