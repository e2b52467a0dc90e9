package io.muster.ingest.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packetlog.PacketSwitch;
import java.time.Duration;
import java.time.Instant;

/**
 * A row of the table {@code packet_log}.
 *
 * @param left until its end by the database's clock; negative when it is over
 */
record StoredSwitch(
    DeviceAddress device, boolean payloads, Instant since, Instant until, Duration left) {

  boolean isOn() {
    return left.isPositive();
  }

  PacketSwitch forEndpoint() {
    return new PacketSwitch(device, payloads, left);
  }
}
