package io.muster.ingest.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.intake.IntakePressure;
import io.muster.ingest.problem.Refusal;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;

/**
 * Lets some exports and aggregations run at once, and none while the intake needs the machine: what
 * devices send comes first. Thread-safe.
 */
@ApplicationScoped
@Startup
class LongReads {
  private final Semaphore permits;
  private final int shedAbove;
  private final IntakePressure pressure;
  private final Counter shed;

  LongReads(TelemetryConfig config, IntakePressure pressure, MeterRegistry meters) {
    this.permits = new Semaphore(config.longReads());
    this.shedAbove = config.shedAbove();
    this.pressure = pressure;
    this.shed =
        Counter.builder("muster.telemetry.reads.shed")
            .description("Exports and aggregations that were refused or ended under pressure")
            .register(meters);
  }

  /**
   * Begins one; whoever did must {@link #end} it, once.
   *
   * @throws io.muster.ingest.problem.RefusedException when there are enough, or under pressure
   */
  void begin() {
    requireCalm();
    if (!permits.tryAcquire()) {
      shed.increment();
      throw new Refusal.Unavailable("As many exports and aggregations as allowed are running")
          .asException();
    }
  }

  /** To be asked between two pages. */
  void requireCalm() {
    if (!pressure.storeIsReachable() || pressure.queued() > shedAbove) {
      shed.increment();
      throw new Refusal.Unavailable("The service is busy taking in what devices send")
          .asException();
    }
  }

  void end() {
    permits.release();
  }
}
