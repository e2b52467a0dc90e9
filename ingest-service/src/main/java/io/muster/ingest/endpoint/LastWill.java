package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.up.Carried;
import io.muster.ingest.sessions.StoredWill;

/** The will of a CONNECT as it is kept with the session. Stateless. */
final class LastWill {
  private LastWill() {}

  /**
   * @return null when there is none
   */
  static StoredWill of(Packet.Connect connect) {
    var will = connect.will();
    if (will == null) {
      return null;
    }
    var properties = will.properties();
    return new StoredWill(
        will.topic(),
        will.payload(),
        will.qos(),
        will.retain(),
        properties.contentType(),
        properties.userProperties(),
        Math.max(0, properties.willDelaySeconds()),
        Carried.withoutExpiry(properties),
        properties.messageExpirySeconds());
  }
}
