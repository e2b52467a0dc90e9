package io.muster.ingest.heard;

import io.muster.contract.id.DeviceAddress;

/**
 * A device that was heard of.
 *
 * @param atMillis when it was last heard of, in milliseconds since 1970
 * @param keepAliveSeconds of its connection; 0 when it has none, or one without
 * @param connected whether a connection of its own is here
 */
public record HeardDevice(
    DeviceAddress device, long atMillis, int keepAliveSeconds, boolean connected) {

  /** The later of two words of one device; the longer keep-alive of both. */
  public HeardDevice or(HeardDevice other) {
    return new HeardDevice(
        device,
        Math.max(atMillis, other.atMillis),
        Math.max(keepAliveSeconds, other.keepAliveSeconds),
        connected || other.connected);
  }
}
