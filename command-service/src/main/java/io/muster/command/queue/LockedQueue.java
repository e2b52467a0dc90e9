package io.muster.command.queue;

import io.muster.command.life.Presence;
import io.muster.contract.id.DeviceAddress;
import java.time.Instant;

/**
 * A device's queue whose row this transaction has locked.
 *
 * @param presence as far as it is known now
 * @param fetches whether the device fetches commands of jobs itself, so that they are not sent
 * @param fetchesUntil until when, or null when that has no end
 * @param heardUntil until when all is known that devices said, the same for all; null when nobody
 *     keeps account of it
 */
record LockedQueue(
    long key,
    DeviceAddress device,
    Presence presence,
    boolean fetches,
    Instant fetchesUntil,
    Instant heardUntil) {

  boolean fetchesJobs(Instant now) {
    return fetches && (fetchesUntil == null || fetchesUntil.isAfter(now));
  }
}
