package io.muster.ingest.endpoint;

/** How short the memory is that devices need. Thread-safe. */
@FunctionalInterface
public interface MemoryPressure {

  /** Whether exports, aggregations and live feeds must make room for what devices send. */
  boolean shedsReads();
}
