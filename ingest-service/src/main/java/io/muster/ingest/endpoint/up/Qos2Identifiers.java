package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.limits.ByteBudget;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The QoS 2 identifiers of one connection from PUBLISH to PUBCOMP (MQTT 5 §4.3.3). Nothing for a
 * client that uses none, little for one that completes what it begins; for one that has many open 8
 * KiB, which count as memory of all devices. On the event loop.
 */
final class Qos2Identifiers {
  /** As one that sends one message after the other has open. */
  private static final int FEW = 8;

  /** A bit for each identifier. */
  private static final int MANY_BYTES = 65_536 / 8;

  private static final int[] NONE = {};

  private final ByteBudget budget;
  private int[] few = NONE;
  private int count;

  /** Null until they are more than a few, and when none is open any more. */
  private BitSet many;

  Qos2Identifiers(ByteBudget budget) {
    this.budget = budget;
  }

  /** Notes one; false when it is open already, so that the publish is a repetition. */
  boolean open(int identifier) {
    if (isOpen(identifier)) {
      return false;
    }
    if (many == null && count == FEW) {
      many = new BitSet();
      budget.add(MANY_BYTES);
      Arrays.stream(few).forEach(many::set);
    }
    if (many != null) {
      many.set(identifier);
    } else {
      few = few == NONE ? new int[FEW] : few;
      few[count++] = identifier;
    }
    return true;
  }

  private boolean isOpen(int identifier) {
    return many != null ? many.get(identifier) : indexOf(identifier) >= 0;
  }

  private int indexOf(int identifier) {
    for (int i = 0; i < count; i++) {
      if (few[i] == identifier) {
        return i;
      }
    }
    return -1;
  }

  /** Forgets one; false when it was not open on this connection. */
  boolean close(int identifier) {
    if (!isOpen(identifier)) {
      return false;
    }
    if (many == null) {
      few[indexOf(identifier)] = few[--count];
      return true;
    }
    many.clear(identifier);
    if (many.isEmpty()) {
      end();
    }
    return true;
  }

  /** Forgets all. */
  void end() {
    if (many != null) {
      budget.release(MANY_BYTES);
      many = null;
    }
    count = 0;
  }
}
