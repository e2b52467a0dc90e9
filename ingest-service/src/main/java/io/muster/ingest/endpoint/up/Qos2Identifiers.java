package io.muster.ingest.endpoint.up;

import java.util.BitSet;

/**
 * The QoS 2 identifiers of one connection from PUBLISH to PUBCOMP (MQTT 5 §4.3.3). At most 16 KiB,
 * and nothing for a client that uses none.
 */
final class Qos2Identifiers {
  private BitSet open;

  /** Notes one; false when it is open already, so that the publish is a repetition. */
  boolean open(int identifier) {
    if (open == null) {
      open = new BitSet();
    }
    if (open.get(identifier)) {
      return false;
    }
    open.set(identifier);
    return true;
  }

  /** Forgets one; false when it was not open on this connection. */
  boolean close(int identifier) {
    if (open == null || !open.get(identifier)) {
      return false;
    }
    open.clear(identifier);
    return true;
  }
}
