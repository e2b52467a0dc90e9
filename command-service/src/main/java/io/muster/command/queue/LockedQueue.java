package io.muster.command.queue;

import io.muster.command.life.Presence;
import io.muster.contract.id.DeviceAddress;

/**
 * A device's queue whose row this transaction has locked.
 *
 * @param presence as far as it is known now
 */
record LockedQueue(long key, DeviceAddress device, Presence presence) {}
