package io.muster.ingest.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;

/** What is counted about the way into the store. Thread-safe. */
final class IntakeMeters {
  private static final String PREFIX = "muster.intake.";

  private static final Duration[] COMMIT_BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(40),
    Duration.ofMillis(80),
    Duration.ofMillis(160),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  /** The objective is 30 seconds. */
  private static final Duration[] STALL_BUCKETS = {
    Duration.ofSeconds(3),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(30)
  };

  private final MeterRegistry registry;
  private final DistributionSummary batchRows;
  private final Timer commit;
  private final Timer stalls;
  private final Counter readings;
  private final Counter duplicates;
  private final Counter events;
  private final Counter messages;
  private final Counter repetitions;
  private final Counter lost;
  private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);
  private final Map<SqlFailure, Counter> failures = new EnumMap<>(SqlFailure.class);
  private final Map<Outcome.Refused.Shortage, Counter> refused =
      new EnumMap<>(Outcome.Refused.Shortage.class);

  IntakeMeters(MeterRegistry registry) {
    this.registry = registry;
    this.batchRows =
        DistributionSummary.builder(PREFIX + "batch.rows")
            .description("Rows of a committed transaction")
            .serviceLevelObjectives(1, 3, 10, 30, 100, 300, 1_000, 2_000, 5_000)
            .register(registry);
    this.commit =
        Timer.builder(PREFIX + "commit")
            .description("From a batch's first statement to the end of its commit")
            .serviceLevelObjectives(COMMIT_BUCKETS)
            .register(registry);
    this.stalls =
        Timer.builder(PREFIX + "stall")
            .description("Batches that waited longer than a second for their commit")
            .serviceLevelObjectives(STALL_BUCKETS)
            .register(registry);
    this.readings = counter("readings", "Readings stored");
    this.duplicates = counter("duplicates", "Readings that were there already");
    this.events = counter("events", "Events stored");
    this.messages = counter("messages", "Messages written to the outbox");
    this.repetitions = counter("repetitions", "QoS 2 messages that were stored before");
    this.lost = counter("lost", "Messages that PostgreSQL takes in no form");
    for (var reason : DeadLetterReason.values()) {
      deadLetters.put(
          reason,
          Counter.builder(PREFIX + "dead.letters")
              .description("Messages put into the dead letters")
              .tag("reason", reason.label())
              .register(registry));
    }
    for (var failure : SqlFailure.values()) {
      failures.put(
          failure,
          Counter.builder(PREFIX + "failures")
              .description("Transactions that failed and were repeated")
              .tag("cause", failure.name().toLowerCase(Locale.ROOT).replace('_', '-'))
              .register(registry));
    }
    for (var shortage : EnumSet.complementOf(EnumSet.of(Outcome.Refused.Shortage.QUOTA))) {
      refused.put(
          shortage,
          Counter.builder(PREFIX + "refused")
              .description("Messages that were not kept")
              .tag("shortage", shortage.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
  }

  private Counter counter(String name, String description) {
    return Counter.builder(PREFIX + name).description(description).register(registry);
  }

  void watch(IntakePressure pressure) {
    Gauge.builder(PREFIX + "store.reachable", pressure, it -> it.storeIsReachable() ? 1 : 0)
        .description("0 while the database is away; QoS 0 is dropped then")
        .register(registry);
  }

  void watch(int number, Lane lane) {
    Gauge.builder(PREFIX + "queued", lane, Lane::queued)
        .description("Messages that wait for their commit")
        .tag("lane", Integer.toString(number))
        .register(registry);
    Gauge.builder(PREFIX + "commit.waiting", lane, Lane::waitingSeconds)
        .description("How long the batch whose turn it is has waited for its commit")
        .baseUnit("seconds")
        .tag("lane", Integer.toString(number))
        .register(registry);
  }

  void committed(int rows, Duration took) {
    batchRows.record(rows);
    commit.record(took);
  }

  void readings(int stored, int alreadyThere) {
    readings.increment(stored);
    duplicates.increment(alreadyThere);
  }

  void failed(Throwable cause) {
    failures.get(SqlFailure.of(cause)).increment();
  }

  void stalled(Duration waited) {
    stalls.record(waited);
  }

  void lost() {
    lost.increment();
  }

  void finished(Entry entry, Outcome outcome) {
    switch (outcome) {
      case Outcome.Kept _ -> kept(entry);
      case Outcome.DeadLettered letter -> deadLetters.get(letter.reason()).increment();
      case Outcome.Refused why -> refused(why.shortage());
    }
  }

  void refused(Outcome.Refused.Shortage shortage) {
    refused.get(shortage).increment();
  }

  private void kept(Entry entry) {
    if (entry.isRepetition()) {
      repetitions.increment();
      return;
    }
    switch (entry.content()) {
      case Content.Event _ -> events.increment();
      case Content.Message _ -> messages.increment();
      case Content.Readings _, Content.Refused _ -> {}
    }
  }
}
