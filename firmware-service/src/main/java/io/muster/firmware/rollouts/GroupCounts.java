package io.muster.firmware.rollouts;

import java.time.Instant;

/**
 * How far the devices of a group have come. Who has no part (disabled, deleted, incompatible,
 * unreached, cancelled) counts as neither success nor failure.
 *
 * @param pending those that wait for a turn and may have it one day soon
 * @param ready those of them that may have it now
 * @param unverified those of whom it is to be asked whether they are there
 * @param nextTry when the next of the others may have it, or null
 * @param running those with an action that has not ended
 * @param finished those that have it
 * @param failed those that could not install it, each time, or did not say in time how it ended
 * @param overdue those of them that did not say so, and may yet
 * @param absent those that might have had a part and have none
 */
record GroupCounts(
    long pending,
    long ready,
    long unverified,
    Instant nextTry,
    long running,
    long finished,
    long failed,
    long overdue,
    long absent) {

  long participants() {
    return pending + running + finished + failed;
  }

  /** Whether nobody has anything before him. */
  boolean isOver() {
    return pending == 0 && running == 0;
  }
}
