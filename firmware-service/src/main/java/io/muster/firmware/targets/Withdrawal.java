package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;

/**
 * The registry withdrew a credential of a device, or the device itself: what it was asked before
 * does not count any more.
 */
public record Withdrawal(DeviceAddress device) {}
