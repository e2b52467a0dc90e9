package io.muster.localstack.observe.traces;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Reads the fields of a protobuf message one after the other (Protocol Buffers, "Encoding"). A loop
 * over {@link #next()} looks at {@link #number()} and takes the value as what it is. Not
 * thread-safe.
 */
final class ProtoFields {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  private static final int TYPE_BITS = 3;
  private static final int LONGEST_VARINT_BITS = 70;

  private final ByteBuffer message;
  private int number;
  private int type;
  private long scalar;
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  private ProtoFields(ByteBuffer message) {
    this.message = message.order(ByteOrder.LITTLE_ENDIAN);
  }

  static ProtoFields of(byte[] message) {
    return new ProtoFields(ByteBuffer.wrap(message));
  }

  /**
   * Goes to the next field.
   *
   * @return false at the end
   * @throws IllegalArgumentException when it is no message
   */
  boolean next() {
    if (!message.hasRemaining()) {
      return false;
    }
    var key = varint();
    number = (int) (key >>> TYPE_BITS);
    type = (int) (key & ((1 << TYPE_BITS) - 1));
    switch (type) {
      case VARINT -> scalar = varint();
      case FIXED_64 ->
          scalar = ByteBuffer.wrap(take(Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
      case FIXED_32 ->
          scalar = ByteBuffer.wrap(take(Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getInt();
      case BYTES -> bytes = ByteBuffer.wrap(take(varint()));
      default -> throw new IllegalArgumentException("a field of the unknown type " + type);
    }
    return true;
  }

  int number() {
    return number;
  }

  /** A number, of whatever width. */
  long scalar() {
    if (type == BYTES) {
      throw new IllegalArgumentException("field " + number + " is no number");
    }
    return scalar;
  }

  /** A message within. */
  ProtoFields message() {
    return new ProtoFields(bytes().duplicate());
  }

  String text() {
    return StandardCharsets.UTF_8.decode(bytes().duplicate()).toString();
  }

  String hex() {
    return HexFormat.of().formatHex(bytes().array());
  }

  private ByteBuffer bytes() {
    if (type != BYTES) {
      throw new IllegalArgumentException("field " + number + " is a number");
    }
    return bytes;
  }

  private byte[] take(long length) {
    if (length < 0 || length > message.remaining()) {
      throw new IllegalArgumentException("a field goes beyond the end of its message");
    }
    var taken = new byte[(int) length];
    message.get(taken);
    return taken;
  }

  private long varint() {
    var value = 0L;
    for (var shift = 0; shift < LONGEST_VARINT_BITS; shift += 7) {
      if (!message.hasRemaining()) {
        break;
      }
      var octet = message.get();
      value |= (octet & 0x7fL) << shift;
      if (octet >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number without an end");
  }
}
