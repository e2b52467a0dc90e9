package io.muster.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * What {@link StoredBenchmark} measures.
 *
 * @param rounds of each contender
 * @param duration of a round
 * @param warmUp of each contender before the first round
 * @param connections devices, each with a connection
 * @param lanes database connections that store
 * @param batchRows most rows in a transaction
 * @param target how the load generator behaves
 */
record StoredPlan(
    int rounds,
    Duration duration,
    Duration warmUp,
    int connections,
    int lanes,
    int batchRows,
    TargetOptions target) {

  /** What a reader of the figures must know. */
  List<String> conditions(List<String> ingestJvm) {
    return List.of(
        "%d connections, one for each device, MQTT %s, QoS 1, at most %,d messages in flight on each;"
                .formatted(
                    connections,
                    target.version().protocolLevel() == 5 ? "5" : "3.1.1",
                    target.window())
            + " a message is 112 bytes: three values and its own time",
        "%d rounds of %d s of each, in turn; each begins with an empty table after a checkpoint"
            .formatted(rounds, duration.toSeconds()),
        "rows are counted in PostgreSQL and were as many as PUBACKs (or inserted rows)",
        "service and floors store over %d connections, at most %,d rows in a batch"
            .formatted(lanes, batchRows),
        "ingest-service: JVM mode, " + String.join(" ", ingestJvm),
        "load generator and floors run in the benchmark's own process, on the same cores");
  }
}
