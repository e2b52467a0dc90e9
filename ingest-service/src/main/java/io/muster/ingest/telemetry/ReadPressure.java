package io.muster.ingest.telemetry;

import io.muster.ingest.endpoint.MemoryPressure;
import io.muster.ingest.intake.IntakePressure;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Whether exports, aggregations and live feeds must make room: what devices send comes first. They
 * do while the database is away or slower than the devices, and while these hold much memory.
 * Thread-safe.
 */
@ApplicationScoped
public class ReadPressure {
  private final TelemetryConfig config;
  private final IntakePressure intake;
  private final MemoryPressure memory;

  ReadPressure(TelemetryConfig config, IntakePressure intake, MemoryPressure memory) {
    this.config = config;
    this.intake = intake;
    this.memory = memory;
  }

  /** Asked at any moment; costs a few reads of fields. */
  public boolean isHigh() {
    return !intake.storeIsReachable()
        || intake.queued() > config.shedAbove()
        || memory.shedsReads();
  }
}
