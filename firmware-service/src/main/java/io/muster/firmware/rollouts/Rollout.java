package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.windows.Pace;
import java.time.Instant;
import java.util.UUID;

/**
 * A rollout as whoever works on it sees it.
 *
 * @param distributionKey what devices get; null for a way back
 * @param rollbackOf for a way back: of which rollout, or null
 * @param lookAfter up to where devices have been looked for; null when nobody looks
 * @param lookAgainAt when they are to be looked for again, or null
 * @param isGrouped whether it is decided which group a device is in
 * @param given how many updates it gave
 * @param givenAt when it gave the last
 * @param callingOff whether updates are still to be taken back
 * @param callingOffSeen also those that devices have seen
 */
record Rollout(
    long key,
    UUID id,
    TenantId tenant,
    Long distributionKey,
    Long rollbackOf,
    Plan plan,
    RolloutState state,
    String createdBy,
    String lookAfter,
    Instant lookAgainAt,
    boolean isGrouped,
    long given,
    Instant givenAt,
    Pace pace,
    boolean callingOff,
    boolean callingOffSeen) {

  /** Whether its devices are being looked for. */
  boolean isLooking() {
    return lookAfter != null;
  }

  /** Whether they are to be looked for from the beginning now. */
  boolean looksAgain(Instant now) {
    return lookAfter == null && lookAgainAt != null && !lookAgainAt.isAfter(now);
  }

  /** The same in another state, with nothing to be taken back. */
  Rollout in(RolloutState next) {
    return with(next, given, givenAt, pace, false, false);
  }

  /** The same at an early end: updates are taken back. */
  Rollout ended(boolean alsoSeen) {
    return with(RolloutState.CANCELLED, given, givenAt, pace, true, alsoSeen);
  }

  /**
   * The same after more devices got theirs.
   *
   * @param left what its rate leaves
   */
  Rollout after(RolloutState next, int devices, Pace left, Instant now) {
    return with(
        next, given + devices, devices > 0 ? now : givenAt, left, callingOff, callingOffSeen);
  }

  private Rollout with(
      RolloutState newState,
      long newGiven,
      Instant newGivenAt,
      Pace newPace,
      boolean newCallingOff,
      boolean newCallingOffSeen) {
    return new Rollout(
        key,
        id,
        tenant,
        distributionKey,
        rollbackOf,
        plan,
        newState,
        createdBy,
        lookAfter,
        lookAgainAt,
        isGrouped,
        newGiven,
        newGivenAt,
        newPace,
        newCallingOff,
        newCallingOffSeen);
  }
}
