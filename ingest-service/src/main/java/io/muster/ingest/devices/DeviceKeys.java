package io.muster.ingest.devices;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;

/**
 * The compact keys under which this service's tables know devices. They never leave the service.
 */
public interface DeviceKeys {

  /** The device's key, made at its first use. Cached; fails while the database is away. */
  Uni<Integer> keyOf(DeviceAddress device);
}
