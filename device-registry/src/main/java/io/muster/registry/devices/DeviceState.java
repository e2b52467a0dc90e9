package io.muster.registry.devices;

import io.muster.registry.types.DeviceTypeEntity;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What an operator sets of a device, checked.
 *
 * @param enabled whether it may connect
 * @param type what kind of thing it is, or null
 * @param gateway the device that may speak for it, or null
 * @param tags sorted, each once; never null
 * @param attributes never null
 */
record DeviceState(
    boolean enabled,
    DeviceTypeEntity type,
    DeviceEntity gateway,
    List<String> tags,
    JsonObject attributes) {}
