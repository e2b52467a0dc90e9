package io.muster.ingest.intake;

/** How hard pressed the way into the store is. Thread-safe. */
public interface IntakePressure {

  /** Whether the last attempt to commit succeeded. */
  boolean storeIsReachable();

  /** How many messages wait for their commit. */
  int queued();
}
