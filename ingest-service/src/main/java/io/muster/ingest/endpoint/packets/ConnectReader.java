package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.MalformedPacketException.malformed;

import io.muster.ingest.endpoint.packets.PropertyReader.Place;

/** Reads CONNECT (MQTT 3.1.1 §3.1, MQTT 5 §3.1). */
final class ConnectReader {
  private static final int MQTT_3_1 = 3;

  private final PacketBody body;
  private final PropertyReader properties;

  ConnectReader(PacketBody body, PropertyReader properties) {
    this.body = body;
    this.properties = properties;
  }

  Packet.Connect read() throws MalformedPacketException {
    var version = version();
    var flags = body.unsignedByte();
    requireFlags(version, flags);
    var keepAlive = body.unsignedShort();
    var five = version == ProtocolVersion.MQTT_5;
    var props = five ? properties.read(Place.CONNECT) : Properties.NONE;
    var clientIdentifier = body.string();
    var will = (flags & 0x04) != 0 ? will(flags, five) : null;
    var userName = (flags & 0x80) != 0 ? body.string() : null;
    var password = (flags & 0x40) != 0 ? body.binary() : null;
    return new Packet.Connect(
        version, clientIdentifier, (flags & 0x02) != 0, keepAlive, userName, password, will, props);
  }

  private ProtocolVersion version() throws MalformedPacketException {
    var name = body.string();
    var level = body.unsignedByte();
    if (name.equals("MQTT") && level == ProtocolVersion.MQTT_5.level()) {
      return ProtocolVersion.MQTT_5;
    }
    if (name.equals("MQTT") && level == ProtocolVersion.MQTT_3_1_1.level()) {
      return ProtocolVersion.MQTT_3_1_1;
    }
    if (name.equals("MQTT") || (name.equals("MQIsdp") && level == MQTT_3_1)) {
      throw new MalformedPacketException(
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "protocol level " + level);
    }
    throw malformed("not MQTT");
  }

  private static void requireFlags(ProtocolVersion version, int flags)
      throws MalformedPacketException {
    var willQos = (flags >> 3) & 0b11;
    var withoutWill = (flags & 0x04) == 0 && (flags & 0b0011_1000) != 0;
    if ((flags & 0x01) != 0 || willQos == 3 || withoutWill) {
      throw malformed("reserved connect flags");
    }
    // MQTT 3.1.1 §3.1.2.9: no password without a user name; MQTT 5 allows it.
    if (version == ProtocolVersion.MQTT_3_1_1 && (flags & 0xC0) == 0x40) {
      throw malformed("a password without a user name");
    }
  }

  private Will will(int flags, boolean five) throws MalformedPacketException {
    var props = five ? properties.read(Place.WILL) : Properties.NONE;
    var topic = body.string();
    var payload = body.binary();
    return new Will(topic, payload, (flags >> 3) & 0b11, (flags & 0x20) != 0, props);
  }
}
