package io.muster.ingest.access;

/** Whether a gateway may speak for a device, as far as anybody can tell. */
public enum Mandate {
  GIVEN,
  NOT_GIVEN,
  /**
   * The registry is away and has not told of late. Nothing may be refused for good for that, since
   * the next answer may be the other one.
   */
  UNKNOWN
}
