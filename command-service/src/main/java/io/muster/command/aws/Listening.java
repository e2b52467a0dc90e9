package io.muster.command.aws;

import io.muster.contract.id.DeviceAddress;

/**
 * A client has subscribed to what is said to a device.
 *
 * @param client perhaps a gateway's
 * @param epoch of its session
 * @param commands whether it hears what is sent on {@code command/…/req}
 */
public record Listening(
    DeviceAddress device, String client, long epoch, boolean commands, JobsHearing jobs) {}
