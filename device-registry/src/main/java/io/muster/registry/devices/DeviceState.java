package io.muster.registry.devices;

import io.vertx.core.json.JsonObject;

/**
 * What an operator sets of a device, checked.
 *
 * @param enabled whether it may connect
 * @param gateway the device that may speak for it, or null
 * @param attributes never null
 */
record DeviceState(boolean enabled, DeviceEntity gateway, JsonObject attributes) {}
