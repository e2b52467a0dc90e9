package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import java.time.Instant;

/**
 * A device as far as its firmware goes.
 *
 * @param key inside of this service
 * @param lastNumber of its actions
 * @param polledAt when it last asked, or null
 * @param attributesAt when it last described itself, or null
 * @param autoConfirm whether updates need no confirmation of its own
 */
public record Target(
    long key,
    DeviceAddress device,
    long lastNumber,
    Instant polledAt,
    Instant attributesAt,
    boolean autoConfirm) {}
