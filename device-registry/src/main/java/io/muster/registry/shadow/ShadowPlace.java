package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;

/** A shadow of a device that exists. */
record ShadowPlace(DeviceAddress device, int deviceKey, ShadowName name) {
  ShadowKey key() {
    return new ShadowKey(deviceKey, name);
  }

  /** What AWS IoT calls it in messages: by its name, the classic one by that of its thing. */
  String label() {
    return name.isClassic() ? device.tenant() + ":" + device.device() : name.value();
  }
}
