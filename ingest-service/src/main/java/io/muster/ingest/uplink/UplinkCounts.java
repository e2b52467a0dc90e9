package io.muster.ingest.uplink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What became of what was handed to the hub, in this instance since its start. Thread-safe. */
final class UplinkCounts {
  private final Counter batches;
  private final Counter messages;
  private final Counter failures;
  private final Counter beginnings;
  private final Counter missed;

  UplinkCounts(MeterRegistry meters) {
    batches =
        Counter.builder("muster.uplink.batches")
            .description("Batches of the log that the hub has taken from this replica")
            .register(meters);
    messages =
        Counter.builder("muster.uplink.messages")
            .description("Entries of the log that the hub has taken from this replica")
            .register(meters);
    failures =
        Counter.builder("muster.uplink.failures")
            .description("Attempts at which the hub could not be asked, or said something else")
            .register(meters);
    beginnings =
        Counter.builder("muster.uplink.beginnings")
            .description("Times that the hub was told to go on from elsewhere in the log")
            .register(meters);
    missed =
        Counter.builder("muster.uplink.missed.messages")
            .description("Entries that were gone from the log before the hub could be told")
            .register(meters);
  }

  void taken(int entries) {
    batches.increment();
    messages.increment(entries);
  }

  void begun(long entriesMissed) {
    beginnings.increment();
    missed.increment(entriesMissed);
  }

  void failed() {
    failures.increment();
  }
}
