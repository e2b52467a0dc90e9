package io.muster.ingest.endpoint.packets;

import io.netty.buffer.ByteBuf;

/** Writes PUBREL (MQTT 3.1.1 §3.6, MQTT 5 §3.6). Stateless. */
public final class PubRels {
  /** The most that one takes. */
  public static final int MOST_BYTES = 5;

  private static final int PUBREL = 0x62;

  private PubRels() {}

  /**
   * @param code success or {@link ReasonCode#PACKET_IDENTIFIER_NOT_FOUND}; MQTT 3.1.1 has none
   */
  public static void write(
      ByteBuf out, ProtocolVersion version, int packetIdentifier, ReasonCode code) {
    if (code == ReasonCode.SUCCESS || version == ProtocolVersion.MQTT_3_1_1) {
      out.writeInt(PUBREL << 24 | 2 << 16 | packetIdentifier);
    } else {
      out.writeByte(PUBREL).writeByte(3).writeShort(packetIdentifier).writeByte(code.code());
    }
  }
}
