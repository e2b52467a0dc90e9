package io.muster.command.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;

/** Counts what this instance does about jobs. Thread-safe. */
@Startup
@ApplicationScoped
class JobMeters {
  private final Counter turns;
  private final Counter released;
  private final Counter found;

  JobMeters(MeterRegistry meters) {
    turns =
        Counter.builder("muster.command.job.turns")
            .description("Times that a job was worked on by this instance")
            .register(meters);
    released =
        Counter.builder("muster.command.job.released")
            .description("Devices that were given a job's command")
            .register(meters);
    found =
        Counter.builder("muster.command.job.found")
            .description("Devices that were added to a job")
            .register(meters);
  }

  void turn() {
    turns.increment();
  }

  void released(int devices) {
    released.increment(devices);
  }

  void found(int devices) {
    found.increment(devices);
  }
}
