package io.muster.registry.presence;

import java.time.Instant;

/**
 * A device came or went.
 *
 * @param number of the device's changes, from 1
 * @param at since when, never before the change before it
 * @param reason in a word or a few
 */
record PresenceChange(long number, PresenceStatus status, Instant at, String reason) {}
