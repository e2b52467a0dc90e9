package io.muster.command.jobs;

import io.muster.contract.id.TenantId;
import io.muster.windows.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A job as whoever works on it sees it.
 *
 * @param timeToLive of its commands
 * @param lookAfter up to where devices have been looked for; null when nobody looks
 * @param lookAgainAt when they are to be looked for again, or null
 * @param released how many devices were given the command
 * @param releasedAt when the last were
 * @param callingOff whether commands are still to be called off
 * @param callingOffSent also those that were sent
 */
record Job(
    long key,
    UUID id,
    TenantId tenant,
    Plan plan,
    Duration timeToLive,
    JobState state,
    String lookAfter,
    Instant lookAgainAt,
    long released,
    Instant releasedAt,
    Pace pace,
    boolean callingOff,
    boolean callingOffSent) {

  /** Whether its devices are being looked for. */
  boolean isLooking() {
    return lookAfter != null;
  }

  /** Whether they are to be looked for from the beginning now. */
  boolean looksAgain(Instant now) {
    return lookAfter == null && lookAgainAt != null && !lookAgainAt.isAfter(now);
  }

  /** The same in another state, with nothing to be called off. */
  Job in(JobState next) {
    return with(next, released, releasedAt, pace, false, false);
  }

  /** The same at an early end: commands that were not sent are called off. */
  Job ended(JobState next, boolean alsoSent) {
    return with(next, released, releasedAt, pace, true, alsoSent);
  }

  /**
   * The same after more devices were given the command.
   *
   * @param left what its rate leaves
   */
  Job after(JobState next, int devices, Pace left, Instant now) {
    return with(next, released + devices, devices > 0 ? now : releasedAt, left, false, false);
  }

  private Job with(
      JobState newState,
      long newReleased,
      Instant newReleasedAt,
      Pace newPace,
      boolean newCallingOff,
      boolean newCallingOffSent) {
    return new Job(
        key,
        id,
        tenant,
        plan,
        timeToLive,
        newState,
        lookAfter,
        lookAgainAt,
        newReleased,
        newReleasedAt,
        newPace,
        newCallingOff,
        newCallingOffSent);
  }
}
