package io.muster.ingest.endpoint.packets;

import java.io.ByteArrayOutputStream;

/** A packet that was read, written again in the plainest way; of what is not kept nothing. */
final class Rewritten {
  private static final byte[] NONE = {};

  private Rewritten() {}

  static byte[] of(Packet packet, ProtocolVersion version) {
    var five = version == ProtocolVersion.MQTT_5;
    return switch (packet) {
      case Packet.Connect it -> connect(it, five);
      case Packet.Publish it ->
          WireBytes.packet(
              0x30 | it.qos() << 1 | (it.duplicate() ? 8 : 0) | (it.retain() ? 1 : 0),
              WireBytes.string(it.topic()),
              it.qos() == 0 ? NONE : number(2, it.packetIdentifier()),
              properties(it.properties(), five),
              it.payload());
      case Packet.PubAck it -> acknowledgement(0x40, it.packetIdentifier(), it.reasonCode(), five);
      case Packet.PubRec it -> acknowledgement(0x50, it.packetIdentifier(), it.reasonCode(), five);
      case Packet.PubRel it -> acknowledgement(0x62, it.packetIdentifier(), it.reasonCode(), five);
      case Packet.PubComp it -> acknowledgement(0x70, it.packetIdentifier(), it.reasonCode(), five);
      case Packet.Subscribe it -> {
        var filters = new ByteArrayOutputStream();
        for (var filter : it.filters()) {
          filters.writeBytes(WireBytes.string(filter.filter()));
          filters.write(filter.qos());
        }
        yield WireBytes.packet(
            0x82,
            number(2, it.packetIdentifier()),
            properties(it.properties(), five),
            filters.toByteArray());
      }
      case Packet.Unsubscribe it -> {
        var filters = new ByteArrayOutputStream();
        it.filters().forEach(filter -> filters.writeBytes(WireBytes.string(filter)));
        yield WireBytes.packet(
            0xA2,
            number(2, it.packetIdentifier()),
            five ? new byte[1] : NONE,
            filters.toByteArray());
      }
      case Packet.PingReq it -> WireBytes.packet(0xC0);
      case Packet.Disconnect it ->
          five
              ? WireBytes.packet(
                  0xE0, number(1, it.reasonCode()), properties(it.properties(), true))
              : WireBytes.packet(0xE0);
      case Packet.Auth it -> WireBytes.packet(0xF0, number(1, it.reasonCode()), new byte[1]);
    };
  }

  private static byte[] connect(Packet.Connect it, boolean five) {
    var will = it.will();
    var flags =
        (it.userName() == null ? 0 : 0x80)
            | (it.password() == null ? 0 : 0x40)
            | (it.cleanStart() ? 0x02 : 0)
            | (will == null ? 0 : 0x04 | will.qos() << 3 | (will.retain() ? 0x20 : 0));
    return WireBytes.packet(
        0x10,
        WireBytes.string("MQTT"),
        new byte[] {(byte) it.version().level(), (byte) flags},
        number(2, it.keepAliveSeconds()),
        properties(it.properties(), five),
        WireBytes.string(it.clientIdentifier()),
        will == null ? NONE : properties(will.properties(), five),
        will == null ? NONE : WireBytes.string(will.topic()),
        will == null ? NONE : binary(will.payload()),
        it.userName() == null ? NONE : WireBytes.string(it.userName()),
        it.password() == null ? NONE : binary(it.password()));
  }

  private static byte[] acknowledgement(int first, int identifier, int reason, boolean five) {
    return WireBytes.packet(first, number(2, identifier), five ? number(1, reason) : NONE);
  }

  private static byte[] properties(Properties it, boolean five) {
    if (!five) {
      return NONE;
    }
    var out = new ByteArrayOutputStream();
    number(out, 0x01, 1, it.payloadFormatIndicator());
    number(out, 0x02, 4, it.messageExpirySeconds());
    string(out, 0x03, it.contentType());
    string(out, 0x08, it.responseTopic());
    if (it.correlationData() != null) {
      out.write(0x09);
      out.writeBytes(binary(it.correlationData()));
    }
    if (it.subscriptionIdentifier() != Properties.ABSENT) {
      out.write(0x0B);
      out.writeBytes(WireBytes.variableByteInteger(it.subscriptionIdentifier()));
    }
    number(out, 0x11, 4, it.sessionExpirySeconds());
    string(out, 0x15, it.authenticationMethod());
    number(out, 0x17, 1, it.requestProblemInformation());
    number(out, 0x18, 4, it.willDelaySeconds());
    number(out, 0x21, 2, it.receiveMaximum());
    number(out, 0x22, 2, it.topicAliasMaximum());
    number(out, 0x23, 2, it.topicAlias());
    number(out, 0x27, 4, it.maximumPacketBytes());
    it.userProperties()
        .forEach(
            (name, value) -> {
              out.write(0x26);
              out.writeBytes(WireBytes.string(name));
              out.writeBytes(WireBytes.string(value));
            });
    return WireBytes.joined(WireBytes.variableByteInteger(out.size()), out.toByteArray());
  }

  private static void number(ByteArrayOutputStream out, int identifier, int bytes, long value) {
    if (value != Properties.ABSENT) {
      out.write(identifier);
      out.writeBytes(number(bytes, value));
    }
  }

  private static void string(ByteArrayOutputStream out, int identifier, String value) {
    if (value != null) {
      out.write(identifier);
      out.writeBytes(WireBytes.string(value));
    }
  }

  private static byte[] binary(byte[] bytes) {
    return WireBytes.joined(number(2, bytes.length), bytes);
  }

  private static byte[] number(int bytes, long value) {
    var written = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      written[i] = (byte) (value >>> 8 * (bytes - 1 - i));
    }
    return written;
  }
}
