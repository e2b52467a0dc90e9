package io.muster.ingest.endpoint.packetlog;

import io.muster.contract.id.DeviceAddress;

/** Takes what is written down. Called on event loops: must not block. */
@FunctionalInterface
public interface PacketSink {
  void take(DeviceAddress device, PacketEntry entry);
}
