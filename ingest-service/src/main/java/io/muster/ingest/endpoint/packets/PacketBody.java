package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.MalformedPacketException.malformed;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one packet and never a byte beyond it. A reader belongs to one event loop; it
 * is set on one packet after the other.
 */
final class PacketBody {
  private static final byte[] NO_BYTES = {};

  /** Where a string is looked at before it becomes one; a string has at most 65,535 bytes. */
  private final byte[] scratch = new byte[65_535];

  private ByteBuf buffer;
  private int end;

  /** Sets it on the {@code length} bytes that are to be read next. */
  void enter(ByteBuf packet, int length) {
    buffer = packet;
    end = packet.readerIndex() + length;
  }

  int remaining() {
    return end - buffer.readerIndex();
  }

  /** Narrows it to the next {@code length} bytes; {@link #widen} undoes it. */
  int narrow(int length) throws MalformedPacketException {
    require(length);
    var outer = end;
    end = buffer.readerIndex() + length;
    return outer;
  }

  void widen(int outerEnd) {
    end = outerEnd;
  }

  int unsignedByte() throws MalformedPacketException {
    require(1);
    return buffer.readUnsignedByte();
  }

  int unsignedShort() throws MalformedPacketException {
    require(2);
    return buffer.readUnsignedShort();
  }

  long unsignedInt() throws MalformedPacketException {
    require(4);
    return buffer.readUnsignedInt();
  }

  /** A packet identifier, which is never 0 (MQTT 5 §2.2.1). */
  int packetIdentifier() throws MalformedPacketException {
    var identifier = unsignedShort();
    if (identifier == 0) {
      throw MalformedPacketException.protocolError("packet identifier 0");
    }
    return identifier;
  }

  /** MQTT 5 §1.5.5: at most four bytes, and no more of them than needed. */
  int variableByteInteger() throws MalformedPacketException {
    int value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      var digit = unsignedByte();
      value |= (digit & 0x7F) << shift;
      if (digit < 0x80) {
        if (digit == 0 && shift > 0) {
          throw malformed("variable byte integer longer than needed");
        }
        return value;
      }
    }
    throw malformed("variable byte integer of more than four bytes");
  }

  byte[] binary() throws MalformedPacketException {
    return bytes(unsignedShort());
  }

  byte[] bytes(int length) throws MalformedPacketException {
    require(length);
    if (length == 0) {
      return NO_BYTES;
    }
    var bytes = new byte[length];
    buffer.readBytes(bytes);
    return bytes;
  }

  /** A UTF-8 string without U+0000 (MQTT 5 §1.5.4). */
  String string() throws MalformedPacketException {
    return string(unsignedShort());
  }

  String string(int length) throws MalformedPacketException {
    load(length);
    return decoded(length);
  }

  /** Reads bytes into the scratch space, where {@link #scratch()} shows them. */
  void load(int length) throws MalformedPacketException {
    require(length);
    buffer.readBytes(scratch, 0, length);
  }

  byte[] scratch() {
    return scratch;
  }

  /** The string whose bytes {@link #load} has read. */
  String decoded(int length) throws MalformedPacketException {
    byte all = 0;
    for (int i = 0; i < length; i++) {
      var b = scratch[i];
      if (b == 0) {
        throw malformed("U+0000 in a string");
      }
      all |= b;
    }
    if (all >= 0) {
      return new String(scratch, 0, length, StandardCharsets.ISO_8859_1);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(scratch, 0, length))
          .toString();
    } catch (CharacterCodingException notUtf8) {
      throw malformed("a string that is not UTF-8");
    }
  }

  private void require(int bytes) throws MalformedPacketException {
    if (bytes > remaining()) {
      throw malformed("a field reaches beyond its packet");
    }
  }
}
