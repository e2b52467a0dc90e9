package io.muster.ingest.heard;

import io.muster.contract.id.DeviceAddress;

/**
 * A device that was heard of.
 *
 * @param atMillis when it was last heard of, in milliseconds since 1970
 * @param keepAliveSeconds of its connection; 0 when it has none, or one without
 */
public record HeardDevice(DeviceAddress device, long atMillis, int keepAliveSeconds) {

  /** The later of two words of one device; the longer keep-alive of both. */
  public HeardDevice or(HeardDevice other) {
    return new HeardDevice(
        device,
        Math.max(atMillis, other.atMillis),
        Math.max(keepAliveSeconds, other.keepAliveSeconds));
  }
}
