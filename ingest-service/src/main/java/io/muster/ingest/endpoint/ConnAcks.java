package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.authorisation.Claimant.NobodyException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WrittenProperties;
import io.netty.buffer.ByteBuf;

/** Writes the answers to CONNECT. Stateless. */
final class ConnAcks {
  private ConnAcks() {}

  static void accepted(
      ByteBuf out, Packet.Connect connect, boolean present, Terms terms, EndpointConfig config) {
    if (connect.version() == ProtocolVersion.MQTT_3_1_1) {
      PacketWriter.connAck3(out, present, 0);
      return;
    }
    PacketWriter.connAck5(out, present, ReasonCode.SUCCESS, properties(connect, terms, config));
  }

  private static WrittenProperties properties(
      Packet.Connect connect, Terms terms, EndpointConfig config) {
    var properties =
        new WrittenProperties()
            .receiveMaximum(config.up().window())
            .maximumPacketBytes(config.packets().maxBytes())
            .topicAliasMaximum(config.up().topicAliases())
            .retainAvailable(true)
            .subscriptionsAvailable(true, true, false);
    var asked = connect.properties().sessionExpirySeconds();
    if (asked != Properties.ABSENT && asked != terms.sessionExpirySeconds()) {
      properties.sessionExpirySeconds(terms.sessionExpirySeconds());
    }
    if (terms.keepAliveSeconds() != connect.keepAliveSeconds()) {
      properties.serverKeepAliveSeconds(terms.keepAliveSeconds());
    }
    return properties;
  }

  /**
   * Nothing larger than a client takes may be sent to it ([MQTT-3.1.2-24]), not even that it was
   * let in.
   *
   * @throws NobodyException when that would be
   */
  static void requireRoom(Packet.Connect connect, Terms terms, EndpointConfig config)
      throws NobodyException {
    var most = connect.properties().maximumPacketBytes();
    if (most != Properties.ABSENT
        && most < PacketWriter.connAckBytes(properties(connect, terms, config))) {
      throw new NobodyException(
          ReasonCode.PACKET_TOO_LARGE, "the maximum packet size leaves no room for answers");
    }
  }

  /** Whether a client takes packets as large as the smallest refusal; when not it hears nothing. */
  static boolean canBeHeard(Packet.Connect connect) {
    var most = connect.properties().maximumPacketBytes();
    return most == Properties.ABSENT || PacketWriter.connAckBytes("") <= most;
  }

  static void refused(ByteBuf out, Packet.Connect connect, ReasonCode code, String detail) {
    if (connect.version() == ProtocolVersion.MQTT_3_1_1) {
      PacketWriter.connAck3(out, false, returnCode(code));
      return;
    }
    var properties = new WrittenProperties();
    var most = connect.properties().maximumPacketBytes();
    if (most == Properties.ABSENT || PacketWriter.connAckBytes(detail) <= most) {
      // MQTT 5 §3.2.2.3.9: no words where they would not fit.
      properties.reasonString(detail);
    }
    PacketWriter.connAck5(out, false, code, properties);
  }

  /** A protocol version that nobody here speaks; every version before 5 knows this packet. */
  static void unknownVersion(ByteBuf out) {
    PacketWriter.connAck3(out, false, returnCode(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION));
  }

  /** MQTT 3.1.1 §3.2.2.3. */
  private static int returnCode(ReasonCode code) {
    return switch (code) {
      case UNSUPPORTED_PROTOCOL_VERSION -> 1;
      case CLIENT_IDENTIFIER_NOT_VALID -> 2;
      case SERVER_UNAVAILABLE,
          SERVER_BUSY,
          SERVER_SHUTTING_DOWN,
          QUOTA_EXCEEDED,
          CONNECTION_RATE_EXCEEDED ->
          3;
      case BAD_USER_NAME_OR_PASSWORD -> 4;
      default -> 5;
    };
  }
}
