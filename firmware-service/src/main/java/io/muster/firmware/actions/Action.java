package io.muster.firmware.actions;

import java.time.Instant;

/**
 * One device is to get one distribution.
 *
 * @param key inside of this service
 * @param number within the device, from 1 and growing: the id at hawkBit's API, and the counter of
 *     the manifest
 * @param isForced whether the device may not put it off
 * @param isRetrieved whether the device has seen it
 * @param isBegun whether it was told that it may install it, and said after that that it is at it
 * @param statusCount how much feedback there was, kept or not
 */
public record Action(
    long key,
    long targetKey,
    long number,
    long distributionKey,
    ActionState state,
    boolean isForced,
    boolean isRetrieved,
    boolean isBegun,
    int statusCount,
    Instant createdAt,
    String createdBy,
    Instant finishedAt) {}
