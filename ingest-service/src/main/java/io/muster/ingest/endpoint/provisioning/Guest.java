package io.muster.ingest.endpoint.provisioning;

import io.muster.ingest.endpoint.authorisation.Newcomer;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import java.time.Instant;
import java.util.UUID;

/**
 * What is settled about the connection of a device that is nobody yet.
 *
 * @param claim the id of the claim token that it has shown
 * @param validUntil when it must end
 * @param keepAliveNanos after which it has gone when nothing came; 0 for never
 * @param maximumPacketBytes the largest packet that it takes
 */
public record Guest(
    Newcomer newcomer,
    UUID claim,
    String remoteAddress,
    ProtocolVersion version,
    Instant validUntil,
    long keepAliveNanos,
    long maximumPacketBytes) {

  boolean isMqtt5() {
    return version == ProtocolVersion.MQTT_5;
  }
}
