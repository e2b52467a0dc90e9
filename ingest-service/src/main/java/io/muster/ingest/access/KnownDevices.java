package io.muster.ingest.access;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;

/** Which devices there are, as the registry says; answers are remembered. Thread-safe. */
public interface KnownDevices {

  /**
   * Whether there is such a device and it is enabled; for messages that come without a connection
   * of the device, from a broker of others.
   *
   * @return fails when nobody can tell, since a message must not be thrown away for that
   */
  Uni<Boolean> isKnown(DeviceAddress device);
}
