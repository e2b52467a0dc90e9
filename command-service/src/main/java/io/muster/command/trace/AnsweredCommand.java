package io.muster.command.trace;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import java.time.Instant;
import java.util.UUID;

/**
 * An answer of a device that was taken.
 *
 * @param properties with what the endpoint says of its trace
 * @param at when it arrived at the endpoint
 */
public record AnsweredCommand(
    DeviceAddress device, UUID command, int status, UserProperties properties, Instant at) {}
