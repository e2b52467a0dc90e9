package io.muster.ingest.telemetry.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.telemetry.ReadPressure;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Ends live feeds, and lets none begin, while the intake needs the machine. Thread-safe. */
@ApplicationScoped
class LiveShedding {
  private final BooleanSupplier pressed;
  private final Counter shed;

  @Inject
  LiveShedding(ReadPressure pressure, MeterRegistry meters) {
    this(pressure::isHigh, meters);
  }

  LiveShedding(BooleanSupplier pressed, MeterRegistry meters) {
    this.pressed = pressed;
    this.shed =
        Counter.builder("muster.live.shed")
            .description("Live feeds that were refused or ended under pressure")
            .register(meters);
  }

  boolean isPressed() {
    return pressed.getAsBoolean();
  }

  /**
   * @throws io.muster.rest.problem.RefusedException under pressure
   */
  void requireCalm() {
    if (isPressed()) {
      shed.increment();
      throw new Refusal.Unavailable("The service is busy taking in what devices send")
          .asException();
    }
  }

  /** Ends these under pressure. */
  void of(Collection<Set<Follower>> followers) {
    if (isPressed()) {
      followers.forEach(
          some ->
              some.forEach(
                  follower -> {
                    if (follower.end("busy")) {
                      shed.increment();
                    }
                  }));
    }
  }
}
