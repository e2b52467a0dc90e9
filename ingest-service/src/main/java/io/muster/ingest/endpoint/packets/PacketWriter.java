package io.muster.ingest.endpoint.packets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/** Writes the packets that a server sends. Stateless. */
public final class PacketWriter {
  private static final int CONNACK = 0x20;
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBCOMP = 0x70;
  private static final int SUBACK = 0x90;
  private static final int UNSUBACK = 0xB0;
  private static final int PINGRESP = 0xD0;
  private static final int DISCONNECT = 0xE0;
  private static final int REASON_STRING = 0x1F;

  /** The most that an acknowledgement of a publish takes. */
  public static final int ACKNOWLEDGEMENT_BYTES = 5;

  private PacketWriter() {}

  /**
   * MQTT 3.1.1 §3.2.
   *
   * @param returnCode 0 to 5
   */
  public static void connAck3(ByteBuf out, boolean sessionPresent, int returnCode) {
    out.writeByte(CONNACK).writeByte(2).writeByte(sessionPresent ? 1 : 0).writeByte(returnCode);
  }

  /** MQTT 5 §3.2. */
  public static void connAck5(
      ByteBuf out, boolean sessionPresent, ReasonCode reason, WrittenProperties properties) {
    out.writeByte(CONNACK);
    variableByteInteger(out, 2 + properties.sizeWithLength());
    out.writeByte(sessionPresent ? 1 : 0).writeByte(reason.code());
    properties.writeTo(out);
  }

  public static void pubAck(ByteBuf out, int packetIdentifier, ReasonCode reason) {
    acknowledgement(out, PUBACK, packetIdentifier, reason);
  }

  public static void pubRec(ByteBuf out, int packetIdentifier, ReasonCode reason) {
    acknowledgement(out, PUBREC, packetIdentifier, reason);
  }

  /**
   * MQTT 5 §3.4.
   *
   * @param reasonString why in words; empty for none
   */
  public static void pubAck(
      ByteBuf out, int packetIdentifier, ReasonCode reason, String reasonString) {
    acknowledgement(out, PUBACK, packetIdentifier, reason, reasonString);
  }

  /**
   * MQTT 5 §3.5.
   *
   * @param reasonString why in words; empty for none
   */
  public static void pubRec(
      ByteBuf out, int packetIdentifier, ReasonCode reason, String reasonString) {
    acknowledgement(out, PUBREC, packetIdentifier, reason, reasonString);
  }

  private static void acknowledgement(
      ByteBuf out, int header, int packetIdentifier, ReasonCode reason, String reasonString) {
    if (reasonString.isEmpty()) {
      acknowledgement(out, header, packetIdentifier, reason);
      return;
    }
    var properties = new WrittenProperties().reasonString(reasonString);
    out.writeByte(header);
    variableByteInteger(out, 3 + properties.sizeWithLength());
    out.writeShort(packetIdentifier).writeByte(reason.code());
    properties.writeTo(out);
  }

  /** How large an acknowledgement with that reason string is as a whole. */
  public static int acknowledgementBytes(String reasonString) {
    return wholeBytes(3 + propertiesBytes(reasonString));
  }

  /** How large a SUBACK of so many codes with that reason string is as a whole. */
  public static int subAckBytes(int codes, String reasonString) {
    return wholeBytes(2 + propertiesBytes(reasonString) + codes);
  }

  private static int propertiesBytes(String reasonString) {
    var bytes = reasonString.isEmpty() ? 0 : 3 + ByteBufUtil.utf8Bytes(reasonString);
    return variableByteIntegerBytes(bytes) + bytes;
  }

  private static int wholeBytes(int remaining) {
    return 1 + variableByteIntegerBytes(remaining) + remaining;
  }

  public static void pubComp(ByteBuf out, int packetIdentifier, ReasonCode reason) {
    acknowledgement(out, PUBCOMP, packetIdentifier, reason);
  }

  /** Success has no reason code on the wire, which is MQTT 3.1.1 and MQTT 5 §3.4.2.1 alike. */
  private static void acknowledgement(
      ByteBuf out, int header, int packetIdentifier, ReasonCode reason) {
    if (reason == ReasonCode.SUCCESS) {
      out.writeInt(header << 24 | 2 << 16 | packetIdentifier);
    } else {
      out.writeByte(header).writeByte(3).writeShort(packetIdentifier).writeByte(reason.code());
    }
  }

  /**
   * @param codes one for each filter: MQTT 5 reason codes, or QoS and 0x80 at MQTT 3.1.1
   */
  public static void subAck(
      ByteBuf out, ProtocolVersion version, int packetIdentifier, List<Integer> codes) {
    codes(out, SUBACK, version, packetIdentifier, codes);
  }

  /**
   * MQTT 5 §3.9.
   *
   * @param codes one for each filter
   * @param reasonString why in words; empty for none
   */
  public static void subAck5(
      ByteBuf out, int packetIdentifier, List<Integer> codes, String reasonString) {
    var properties = new WrittenProperties();
    if (!reasonString.isEmpty()) {
      properties.reasonString(reasonString);
    }
    out.writeByte(SUBACK);
    variableByteInteger(out, 2 + properties.sizeWithLength() + codes.size());
    out.writeShort(packetIdentifier);
    properties.writeTo(out);
    codes.forEach(out::writeByte);
  }

  /**
   * @param codes one for each filter; MQTT 3.1.1 has none
   */
  public static void unsubAck(
      ByteBuf out, ProtocolVersion version, int packetIdentifier, List<Integer> codes) {
    codes(
        out,
        UNSUBACK,
        version,
        packetIdentifier,
        version == ProtocolVersion.MQTT_5 ? codes : List.of());
  }

  private static void codes(
      ByteBuf out, int header, ProtocolVersion version, int packetIdentifier, List<Integer> codes) {
    var five = version == ProtocolVersion.MQTT_5;
    out.writeByte(header);
    variableByteInteger(out, 2 + (five ? 1 : 0) + codes.size());
    out.writeShort(packetIdentifier);
    if (five) {
      out.writeByte(0);
    }
    codes.forEach(out::writeByte);
  }

  public static void pingResp(ByteBuf out) {
    out.writeShort(PINGRESP << 8);
  }

  /**
   * MQTT 5 §3.14; MQTT 3.1.1 has no DISCONNECT of a server.
   *
   * @param reasonString for the engineer at the other end; empty for none
   */
  public static void disconnect5(ByteBuf out, ReasonCode reason, String reasonString) {
    var properties = new WrittenProperties();
    if (!reasonString.isEmpty()) {
      properties.string(REASON_STRING, reasonString);
    }
    out.writeByte(DISCONNECT);
    variableByteInteger(out, 1 + properties.sizeWithLength());
    out.writeByte(reason.code());
    properties.writeTo(out);
  }

  /**
   * The same, without the words when the packet would be larger than the client takes (MQTT 5
   * §3.14.2.2.3).
   */
  public static void disconnect5(
      ByteBuf out, ReasonCode reason, String reasonString, long maximumPacketBytes) {
    var fits = wholeBytes(1 + propertiesBytes(reasonString)) <= maximumPacketBytes;
    disconnect5(out, reason, fits ? reasonString : "");
  }

  /** How large a CONNACK with those properties is as a whole. */
  public static int connAckBytes(WrittenProperties properties) {
    return wholeBytes(2 + properties.sizeWithLength());
  }

  /** How large a CONNACK with that reason string is as a whole. */
  public static int connAckBytes(String reasonString) {
    return wholeBytes(2 + propertiesBytes(reasonString));
  }

  /**
   * A message to a device.
   *
   * @param packetIdentifier 0 at QoS 0
   * @param properties null at MQTT 3.1.1
   */
  public static void publish(
      ByteBuf out,
      String topic,
      int qos,
      int packetIdentifier,
      byte[] payload,
      WrittenProperties properties) {
    out.writeByte(0x30 | qos << 1);
    variableByteInteger(out, publishBodyBytes(topic, qos, payload, properties));
    out.writeShort(ByteBufUtil.utf8Bytes(topic));
    ByteBufUtil.writeUtf8(out, topic);
    if (qos > 0) {
      out.writeShort(packetIdentifier);
    }
    if (properties != null) {
      properties.writeTo(out);
    }
    out.writeBytes(payload);
  }

  /** How large a PUBLISH is as a whole, to hold against a client's Maximum Packet Size. */
  public static int publishBytes(
      String topic, int qos, byte[] payload, WrittenProperties properties) {
    var body = publishBodyBytes(topic, qos, payload, properties);
    return 1 + variableByteIntegerBytes(body) + body;
  }

  private static int publishBodyBytes(
      String topic, int qos, byte[] payload, WrittenProperties properties) {
    return 2
        + ByteBufUtil.utf8Bytes(topic)
        + (qos > 0 ? 2 : 0)
        + (properties == null ? 0 : properties.sizeWithLength())
        + payload.length;
  }

  static void variableByteInteger(ByteBuf out, int value) {
    var rest = value;
    while (rest >= 0x80) {
      out.writeByte(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  static int variableByteIntegerBytes(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }
}
