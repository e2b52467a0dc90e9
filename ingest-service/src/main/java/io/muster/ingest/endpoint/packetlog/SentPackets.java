package io.muster.ingest.endpoint.packetlog;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Reads back the packets that a server writes (MQTT 3.1.1 §3, MQTT 5 §3), so that who writes them
 * knows nothing of the log. Stateless.
 */
final class SentPackets {
  private SentPackets() {}

  /**
   * @param written whole packets; left as it is
   * @param payloads whether they are shown
   * @param each gets the name and the fields of each
   */
  static void read(
      ByteBuf written,
      ProtocolVersion version,
      boolean payloads,
      BiConsumer<String, Map<String, Object>> each) {
    var in = written.duplicate();
    while (in.isReadable()) {
      int first = in.readUnsignedByte();
      var body = in.readSlice(PropertyNames.variableByteInteger(in));
      var fields = new LinkedHashMap<String, Object>();
      each.accept(name(first, body, version == ProtocolVersion.MQTT_5, payloads, fields), fields);
    }
  }

  private static String name(
      int first, ByteBuf body, boolean five, boolean payloads, Map<String, Object> fields) {
    return switch (first >> 4) {
      case 2 -> {
        fields.put("sessionPresent", (body.readByte() & 1) != 0);
        code(body, fields);
        properties(body, fields);
        yield "CONNACK";
      }
      case 3 -> {
        publish(first, body, five, payloads, fields);
        yield "PUBLISH";
      }
      case 4 -> answer("PUBACK", body, fields);
      case 5 -> answer("PUBREC", body, fields);
      case 6 -> answer("PUBREL", body, fields);
      case 7 -> answer("PUBCOMP", body, fields);
      case 9 -> codes("SUBACK", body, five, fields);
      case 11 -> codes("UNSUBACK", body, five, fields);
      case 13 -> "PINGRESP";
      case 14 -> {
        code(body, fields);
        properties(body, fields);
        yield "DISCONNECT";
      }
      default -> "type " + (first >> 4);
    };
  }

  private static void code(ByteBuf body, Map<String, Object> fields) {
    fields.put("reasonCode", Shown.code(body.isReadable() ? body.readUnsignedByte() : 0));
  }

  private static void properties(ByteBuf body, Map<String, Object> fields) {
    if (body.isReadable()) {
      PropertyNames.read(body, fields);
    }
  }

  private static String answer(String name, ByteBuf body, Map<String, Object> fields) {
    fields.put("packetId", body.readUnsignedShort());
    code(body, fields);
    properties(body, fields);
    return name;
  }

  private static String codes(String name, ByteBuf body, boolean five, Map<String, Object> fields) {
    fields.put("packetId", body.readUnsignedShort());
    if (five) {
      PropertyNames.read(body, fields);
    }
    var codes = new ArrayList<String>();
    while (body.isReadable()) {
      codes.add(Shown.code(body.readUnsignedByte()));
    }
    fields.put("reasonCodes", Shown.list(codes));
    return name;
  }

  private static void publish(
      int first, ByteBuf body, boolean five, boolean payloads, Map<String, Object> fields) {
    var qos = (first >> 1) & 0b11;
    var topic = body.readCharSequence(body.readUnsignedShort(), StandardCharsets.UTF_8);
    fields.put("topic", Shown.text(topic.toString()));
    fields.put("qos", qos);
    if (qos > 0) {
      fields.put("packetId", body.readUnsignedShort());
    }
    fields.put("retain", (first & 1) != 0);
    fields.put("dup", (first & 0b1000) != 0);
    if (five) {
      PropertyNames.read(body, fields);
    }
    fields.put("bytes", body.readableBytes());
    if (payloads) {
      var shown = Math.min(body.readableBytes(), Shown.MAX_PAYLOAD_BYTES);
      var start = ByteBufUtil.getBytes(body, body.readerIndex(), shown);
      fields.put("payload", Shown.payload(start, body.readableBytes()));
    }
  }
}
