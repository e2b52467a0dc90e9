package io.muster.command.schedules;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Counts what this instance does about schedules. Thread-safe. */
// At start: its meters are there before the first use.
@Startup
@ApplicationScoped
class ScheduleMeters {
  private final Counter fired;
  private final Counter failed;
  private final Counter missed;
  private final Counter putOff;
  private final Timer lateness;

  ScheduleMeters(MeterRegistry meters) {
    fired = counter(meters, FiringTable.FIRED);
    failed = counter(meters, FiringTable.FAILED);
    missed = counter(meters, FiringTable.MISSED);
    putOff = counter(meters, "put-off");
    lateness =
        Timer.builder("muster.command.schedule.lateness")
            .description("From the time of a schedule until it has fired for it")
            .register(meters);
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("muster.command.schedule.firings")
        .description("Times of schedules that have come, by what became of them")
        .tag("outcome", outcome)
        .register(meters);
  }

  /** A time has been noted. */
  void noted(FiringView it) {
    switch (it.outcome()) {
      case FiringTable.FIRED -> {
        fired.increment();
        var late = Duration.between(it.dueAt(), it.at());
        lateness.record(late.isNegative() ? Duration.ZERO : late);
      }
      case FiringTable.FAILED -> failed.increment();
      default -> missed.increment();
    }
  }

  /** It is tried again later. */
  void putOff() {
    putOff.increment();
  }
}
