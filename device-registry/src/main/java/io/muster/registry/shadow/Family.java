package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;

/** The two families of shadow topics. Their numbers stand in the database. */
enum Family {
  MUSTER {
    @Override
    String prefix(DeviceAddress device) {
      return "shadow/" + device;
    }
  },
  AWS {
    @Override
    String prefix(DeviceAddress device) {
      return "aws/" + device + "/shadow";
    }
  };

  /** What the topic names of a device's shadows begin with, between the services. */
  abstract String prefix(DeviceAddress device);

  /** Where what differs is told. */
  String delta(DeviceAddress device, ShadowName name) {
    return of(device, name) + "/update/delta";
  }

  /** Where an update is told with the whole shadow before and after it. */
  String documents(DeviceAddress device, ShadowName name) {
    return of(device, name) + "/update/documents";
  }

  private String of(DeviceAddress device, ShadowName name) {
    return name.isClassic() ? prefix(device) : prefix(device) + "/name/" + name;
  }
}
