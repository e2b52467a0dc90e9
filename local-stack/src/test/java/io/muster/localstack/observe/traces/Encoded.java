package io.muster.localstack.observe.traces;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Protobuf messages, written field by field. */
final class Encoded {
  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Encoded bytes(int field, byte[] value) {
    varint(field << 3 | 2);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  Encoded text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  Encoded hex(int field, String value) {
    return bytes(field, HexFormat.of().parseHex(value));
  }

  Encoded message(int field, Encoded value) {
    return bytes(field, value.toBytes());
  }

  Encoded number(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  Encoded fixed(int field, long value) {
    varint(field << 3 | 1);
    bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    return this;
  }

  private void varint(long value) {
    var rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  static Encoded attribute(String key, Encoded value) {
    return new Encoded().text(1, key).message(2, value);
  }

  static Encoded attribute(String key, String value) {
    return attribute(key, new Encoded().text(1, value));
  }

  static Encoded span(String trace, String id, String parent, String name, long start, long end) {
    var span = new Encoded().hex(1, trace).hex(2, id);
    if (!parent.isEmpty()) {
      span.hex(4, parent);
    }
    return span.text(5, name).number(6, 2).fixed(7, start).fixed(8, end);
  }

  /** A request with spans of one service. */
  static Encoded request(String service, Encoded... spans) {
    var scope = new Encoded().message(1, new Encoded().text(1, "muster"));
    for (var span : spans) {
      scope.message(2, span);
    }
    var resource = new Encoded().message(1, attribute("service.name", service));
    return new Encoded().message(1, new Encoded().message(1, resource).message(2, scope));
  }
}
