package io.muster.ingest.intake;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.deadletters.DeadLetterConfig;
import io.muster.ingest.deadletters.Quarantine;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.retention.ReadingPartitions;
import io.muster.ingest.retention.ReadingTimes;
import io.muster.ingest.retention.RetentionConfig;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** Puts the intake together. */
class IntakeBeans {
  /** After whoever offers has stopped. */
  private static final int LAST = 10_000;

  private static final String NAME = "muster-ingest";

  private final IntakeConfig config;

  IntakeBeans(IntakeConfig config) {
    this.config = config;
  }

  @Produces
  @Singleton
  DeviceDirectory devices(Pool pool) {
    return new DeviceDirectory(pool, config.rememberedKeys());
  }

  @Produces
  @Singleton
  FieldSetKeys fieldSets() {
    return new FieldSetKeys(config.rememberedKeys(), config.fieldSets());
  }

  @Produces
  @Singleton
  Quarantine quarantine(Pool pool, Clock clock, DeadLetterConfig deadLetters) {
    return new Quarantine(pool, clock, deadLetters.perMinute());
  }

  @Produces
  @Singleton
  @Startup
  Lanes lanes(
      Vertx vertx,
      DatabaseConfig database,
      RetentionConfig retention,
      DeadLetterConfig deadLetters,
      DeviceDirectory devices,
      FieldSetKeys fieldSets,
      ReadingPartitions partitions,
      Quarantine quarantine,
      @All List<Afterwards> afterwards,
      MeterRegistry registry,
      Tracer tracer,
      Clock clock) {
    var meters = new IntakeMeters(registry);
    var times = ReadingTimes.of(retention);
    return new Lanes(
        vertx,
        () ->
            LaneConnections.options(
                database, NAME + "-lane", config.connectTimeout(), config.commitTimeout()),
        IntakeSettings.of(config, deadLetters.payloadBytes()),
        new Dictionaries(devices, fieldSets, partitions),
        () -> times,
        new LaneObserver(meters, new CommitSpans(tracer), quarantine, afterwards),
        meters,
        clock);
  }

  void stop(@Observes @Priority(LAST) ShutdownEvent shutdown, Lanes lanes) {
    lanes.close();
  }
}
