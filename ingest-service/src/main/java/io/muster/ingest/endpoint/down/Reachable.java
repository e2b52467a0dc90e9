package io.muster.ingest.endpoint.down;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.heard.HeardDevice;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import java.util.UUID;

/** A connection as the rest of the replica knows it. Thread-safe. */
public interface Reachable {

  /** Who is connected. */
  DeviceAddress device();

  String clientIdentifier();

  long connectionId();

  /** Grows with every CONNECT of the client identifier; 0 until it is taken. */
  long epoch();

  /** When its device was last heard of over it; null until it is accepted. */
  default HeardDevice heard() {
    return null;
  }

  /** Puts a message into its bounded queue, or drops it; never waits. */
  void deliver(DownwardMessage message);

  /** Ends what it hears of a device that it may no longer speak for. */
  void forget(DeviceAddress device);

  /** Ends what it hears of a device unless it may still speak for it. */
  void reconsider(DeviceAddress device);

  /** Reads nothing more of it, and ends it when what was read is answered: we are shutting down. */
  void depart();

  /** Its tenant has these limits now; of interest while it is being admitted. */
  default void limits(DeviceLimits limits) {}

  /** Its device's packet log may have been switched on. */
  default void watchPackets() {}

  /**
   * Ends it if it showed this credential, or a token that this key signed; while it is being
   * admitted, as soon as it is known which one it showed.
   */
  void endIfShown(UUID withdrawn, String detail);

  /** Ends it, also while it is being admitted. */
  void endFromOutside(EndReason reason, String detail);
}
