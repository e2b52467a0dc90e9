package io.muster.registry.devices;

import io.smallrye.mutiny.Uni;

/** What has to be done about a device that goes. Each kind of it has a bean of this type. */
public interface DeviceContent {
  /** Done in the transaction that removes the device, while all that belongs to it is there. */
  Uni<Void> beforeRemoval(DeviceEntity device);
}
