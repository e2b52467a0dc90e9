package io.muster.benchmarks.load;

import java.util.Arrays;

/**
 * The messages of one connection that await their PUBACK: as many packet identifiers as the window
 * is wide, each with the time at which its message was due. An identifier is used again as late as
 * possible. Not thread-safe.
 */
final class InFlight {
  /** What {@link #release} answers for an identifier that awaits nothing. */
  static final long NOT_IN_FLIGHT = Long.MIN_VALUE;

  private final long[] dueAtNanos;
  private final int[] freeIdentifiers;
  private int nextFree;
  private int count;

  /**
   * @param window 1 to 65,535
   */
  InFlight(int window) {
    if (window < 1 || window > 65_535) {
      throw new IllegalArgumentException("a window of " + window);
    }
    dueAtNanos = new long[window];
    Arrays.fill(dueAtNanos, NOT_IN_FLIGHT);
    freeIdentifiers = new int[window];
    Arrays.setAll(freeIdentifiers, i -> i + 1);
  }

  int count() {
    return count;
  }

  int room() {
    return dueAtNanos.length - count;
  }

  /**
   * Takes an identifier.
   *
   * @throws IllegalStateException when the window is full
   */
  int take(long dueNanos) {
    if (count == dueAtNanos.length) {
      throw new IllegalStateException("the window is full");
    }
    var identifier = freeIdentifiers[nextFree];
    nextFree = nextFree + 1 == freeIdentifiers.length ? 0 : nextFree + 1;
    count++;
    dueAtNanos[identifier - 1] = dueNanos;
    return identifier;
  }

  /** When the message was due whose identifier is free again, or {@link #NOT_IN_FLIGHT}. */
  long release(int identifier) {
    if (identifier < 1 || identifier > dueAtNanos.length) {
      return NOT_IN_FLIGHT;
    }
    var due = dueAtNanos[identifier - 1];
    if (due == NOT_IN_FLIGHT) {
      return NOT_IN_FLIGHT;
    }
    dueAtNanos[identifier - 1] = NOT_IN_FLIGHT;
    // As many are free as were taken and given back, so the ring's end follows from its start.
    freeIdentifiers[(nextFree + room()) % freeIdentifiers.length] = identifier;
    count--;
    return due;
  }
}
