package io.muster.registry.presence;

import java.time.Duration;
import java.time.Instant;

/**
 * What is decided by settings.
 *
 * @param keptChanges how many of each device are remembered
 * @param lostElsewhereAfter how long a connection at a broker of others lasts without a word
 */
record PresenceRules(Silence silence, int keptChanges, Duration lostElsewhereAfter) {

  /**
   * When it is looked at a device.
   *
   * @param silentAt because of its silence
   */
  Instant look(DevicePresence device, Instant silentAt) {
    return device
        .firstForsaken(lostElsewhereAfter)
        .filter(it -> it.isBefore(silentAt))
        .orElse(silentAt);
  }
}
