package io.muster.ingest.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Lets some exports and aggregations run at once, and none while the intake needs the machine: what
 * devices send comes first. Thread-safe.
 */
@ApplicationScoped
@Startup
class LongReads {
  private static final long LOOK_MILLIS = 10_000;

  private final Semaphore permits;
  private final long idleNanos;
  private final BooleanSupplier pressed;
  private final Counter shed;
  private final Set<Permit> held = ConcurrentHashMap.newKeySet();

  @Inject
  LongReads(TelemetryConfig config, ReadPressure pressure, MeterRegistry meters, Vertx vertx) {
    this(config.longReads(), config.longReadIdle(), pressure::isHigh, meters);
    vertx.setPeriodic(LOOK_MILLIS, now -> endIdle());
  }

  /**
   * @param pressed whether none may run now
   */
  LongReads(int most, Duration idle, BooleanSupplier pressed, MeterRegistry meters) {
    this.permits = new Semaphore(most);
    this.idleNanos = idle.toNanos();
    this.pressed = pressed;
    this.shed =
        Counter.builder("muster.telemetry.reads.shed")
            .description("Exports and aggregations that were refused or ended under pressure")
            .register(meters);
    Gauge.builder("muster.telemetry.shedding", pressed, it -> it.getAsBoolean() ? 1 : 0)
        .description("1 while exports, aggregations and live feeds make room")
        .register(meters);
  }

  /**
   * Begins one; whoever did must {@link Permit#end} it, whatever happens.
   *
   * @throws io.muster.rest.problem.RefusedException when there are enough, or under pressure
   */
  Permit begin() {
    requireCalm();
    if (!permits.tryAcquire()) {
      shed.increment();
      throw new Refusal.Unavailable("As many exports and aggregations as allowed are running")
          .asException();
    }
    var permit = new Permit();
    held.add(permit);
    return permit;
  }

  private void requireCalm() {
    if (pressed.getAsBoolean()) {
      shed.increment();
      throw new Refusal.Unavailable("The service is busy taking in what devices send")
          .asException();
    }
  }

  /** Whoever asks for no page any more holds up the others no longer. */
  void endIdle() {
    held.stream().filter(Permit::isIdle).forEach(Permit::end);
  }

  /** One export or aggregation that runs. Thread-safe. */
  final class Permit {
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile long usedAt = System.nanoTime();

    private Permit() {}

    /**
     * To be asked before each page.
     *
     * @throws io.muster.rest.problem.RefusedException under pressure, or when it has ended
     */
    void requireNext() {
      if (ended.get()) {
        throw new Refusal.Unavailable("It was not read for too long").asException();
      }
      usedAt = System.nanoTime();
      requireCalm();
    }

    private boolean isIdle() {
      return System.nanoTime() - usedAt > idleNanos;
    }

    /** Gives it back; a second time does nothing. */
    void end() {
      if (ended.compareAndSet(false, true)) {
        held.remove(this);
        permits.release();
      }
    }
  }
}
