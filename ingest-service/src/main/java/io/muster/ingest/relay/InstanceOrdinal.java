package io.muster.ingest.relay;

/** Which instance of this service this is, among those that run. */
public interface InstanceOrdinal {

  /**
   * From 0; no two instances have the same at a time, and a restarted one has its own again. Blocks
   * for a bounded time while there is none yet.
   *
   * @throws RuntimeException when the database cannot be asked
   */
  int ordinal();
}
