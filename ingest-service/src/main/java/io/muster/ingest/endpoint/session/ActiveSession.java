package io.muster.ingest.endpoint.session;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.authorisation.Scopes;
import io.muster.ingest.endpoint.limits.DeviceUse;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import java.time.Instant;

/**
 * What is settled about a connection once its CONNECT was accepted.
 *
 * @param client the client identifier, which names the device
 * @param connectionId unique within this start of this replica
 * @param sessionKey the session's row
 * @param epoch grows with every CONNECT of the client identifier
 * @param persistent whether the session outlives the connection
 * @param validUntil when it must end, or null
 * @param use what its device uses over all its connections, against what it may
 * @param receiveMaximum QoS 1 messages that the client takes at a time
 * @param maximumPacketBytes the largest packet that the client takes
 * @param wantsProblemInformation whether acknowledgements may say why in words (MQTT 5 §3.1.2.11.7)
 * @param scopes what its token is good for
 */
public record ActiveSession(
    ClientIdentifier client,
    ProtocolVersion version,
    long connectionId,
    long sessionKey,
    long epoch,
    boolean persistent,
    Instant validUntil,
    DeviceUse use,
    int receiveMaximum,
    long maximumPacketBytes,
    boolean wantsProblemInformation,
    Scopes scopes) {

  public DeviceAddress device() {
    return client.device();
  }

  public boolean isMqtt5() {
    return version == ProtocolVersion.MQTT_5;
  }
}
