package io.muster.registry.presence;

/**
 * What is decided by settings.
 *
 * @param keptChanges how many of each device are remembered
 */
record PresenceRules(Silence silence, int keptChanges) {}
