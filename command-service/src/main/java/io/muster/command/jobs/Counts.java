package io.muster.command.jobs;

import io.muster.command.life.State;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a job has come with its devices.
 *
 * @param byState how many devices are in each state: {@code pending}, {@code removed}, {@code
 *     unknown}, {@code cancelled}, or that of their command
 * @param open of which the command has not ended
 * @param done which did what they were told, or got what nobody answers
 * @param returning whose turn comes again: their window closed before it was sent
 */
record Counts(Map<String, Long> byState, long open, long done, long returning) {
  static final Counts NONE = new Counts(Map.of(), 0, 0, 0);

  /** A device that waits for its turn. */
  static final String PENDING = "pending";

  Counts {
    byState = Map.copyOf(byState);
  }

  long pending() {
    return of(PENDING);
  }

  /** The device would not or could not, or did not say. */
  long failures() {
    return of(State.FAILED.label()) + of(State.REJECTED.label()) + of(State.TIMED_OUT.label());
  }

  long total() {
    return byState.values().stream().mapToLong(Long::longValue).sum();
  }

  /** In the order of their names. */
  Map<String, Long> sorted() {
    return new TreeMap<>(byState);
  }

  private long of(String state) {
    return byState.getOrDefault(state, 0L);
  }
}
