package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WrittenProperties;
import io.netty.buffer.ByteBuf;

/** Writes the answers to CONNECT. Stateless. */
final class ConnAcks {
  /** Room for the topic name and the properties of a request. */
  private static final int NEWCOMERS_HEADER_BYTES = 4_096;

  private ConnAcks() {}

  static void accepted(
      ByteBuf out, Packet.Connect connect, boolean present, Terms terms, EndpointConfig config) {
    if (connect.version() == ProtocolVersion.MQTT_3_1_1) {
      PacketWriter.connAck3(out, present, 0);
      return;
    }
    PacketWriter.connAck5(out, present, ReasonCode.SUCCESS, properties(connect, terms, config));
  }

  /**
   * Whether the client takes a packet as large as the answer that lets it in (MQTT 5 §3.1.2.11.4).
   */
  static boolean fit(Packet.Connect connect, Terms terms, EndpointConfig config) {
    var most = connect.properties().maximumPacketBytes();
    return most == Properties.ABSENT
        || PacketWriter.connAckBytes(properties(connect, terms, config)) <= most;
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
    return settled(properties, connect, terms);
  }

  /** What is other than the client asked for. */
  private static WrittenProperties settled(
      WrittenProperties properties, Packet.Connect connect, Terms terms) {
    var asked = connect.properties().sessionExpirySeconds();
    if (asked != Properties.ABSENT && asked != terms.sessionExpirySeconds()) {
      properties.sessionExpirySeconds(terms.sessionExpirySeconds());
    }
    if (terms.keepAliveSeconds() != connect.keepAliveSeconds()) {
      properties.serverKeepAliveSeconds(terms.keepAliveSeconds());
    }
    return properties;
  }

  /** Whether a client that is nobody yet takes the answer that lets it in. */
  static boolean fitNewcomer(Packet.Connect connect, Terms terms, EndpointConfig config) {
    var most = connect.properties().maximumPacketBytes();
    return most == Properties.ABSENT
        || PacketWriter.connAckBytes(ofNewcomer(connect, terms, config)) <= most;
  }

  static void acceptedNewcomer(
      ByteBuf out, Packet.Connect connect, Terms terms, EndpointConfig config) {
    if (connect.version() == ProtocolVersion.MQTT_3_1_1) {
      PacketWriter.connAck3(out, false, 0);
      return;
    }
    PacketWriter.connAck5(out, false, ReasonCode.SUCCESS, ofNewcomer(connect, terms, config));
  }

  /** The largest packet of a client that is nobody yet. */
  static int mostBytesOfNewcomer(EndpointConfig config) {
    return config.provisioning().payloadBytes() + NEWCOMERS_HEADER_BYTES;
  }

  /** One request at a time, one subscription, and nothing that outlives the connection. */
  private static WrittenProperties ofNewcomer(
      Packet.Connect connect, Terms terms, EndpointConfig config) {
    var properties =
        new WrittenProperties()
            .receiveMaximum(1)
            .maximumPacketBytes(mostBytesOfNewcomer(config))
            .retainAvailable(false)
            .subscriptionsAvailable(false, false, false);
    return settled(properties, connect, terms);
  }

  static void refused(ByteBuf out, Packet.Connect connect, ReasonCode code, String detail) {
    if (connect.version() == ProtocolVersion.MQTT_3_1_1) {
      PacketWriter.connAck3(out, false, returnCode(code));
      return;
    }
    var properties = new WrittenProperties();
    var asked = connect.properties().maximumPacketBytes();
    var most = asked == Properties.ABSENT ? Long.MAX_VALUE : asked;
    if (PacketWriter.connAckBytes(detail) <= most) {
      // MQTT 5 §3.2.2.3.9: no words where they would not fit.
      properties.reasonString(detail);
    }
    if (PacketWriter.connAckBytes(properties) <= most) {
      PacketWriter.connAck5(out, false, code, properties);
    }
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
