package io.muster.registry.presence;

import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.UUID;

/** What somebody tells of a device. */
sealed interface PresenceStep {
  DeviceAddress device();

  /** Does it to the device's presence. */
  void applyTo(DevicePresence presence);

  /**
   * A connection has begun.
   *
   * @param bootId the start of the replica that holds it; null at a broker of others
   */
  record Connected(
      DeviceAddress device, String client, long epoch, String replica, UUID bootId, Instant at)
      implements PresenceStep {
    @Override
    public void applyTo(DevicePresence presence) {
      presence.connected(client, epoch, replica, bootId, at);
    }
  }

  /** A connection has ended. */
  record Disconnected(DeviceAddress device, String client, long epoch, Instant at, String reason)
      implements PresenceStep {
    @Override
    public void applyTo(DevicePresence presence) {
      presence.disconnected(client, epoch, at, reason);
    }
  }

  /**
   * It was heard of.
   *
   * @param by the start of the replica that heard it
   * @param connected whether that replica holds a connection of its own
   */
  record Heard(DeviceAddress device, Instant at, UUID by, int keepAliveSeconds, boolean connected)
      implements PresenceStep {
    @Override
    public void applyTo(DevicePresence presence) {
      presence.heard(at, by, keepAliveSeconds, connected);
    }
  }

  /** Its own word. */
  record Said(DeviceAddress device, PresenceStatus word, Instant at) implements PresenceStep {
    @Override
    public void applyTo(DevicePresence presence) {
      presence.said(word, at);
    }
  }
}
