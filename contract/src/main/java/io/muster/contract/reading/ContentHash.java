package io.muster.contract.reading;

import io.muster.contract.reading.ReadingValue.ExactInteger;
import io.muster.contract.reading.ReadingValue.Flag;
import io.muster.contract.reading.ReadingValue.Number;
import io.muster.contract.reading.ReadingValue.Text;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;

/**
 * The first 128 bits of SHA-256 over the decoded values of a reading, without its time: what tells
 * two readings of one device at one time apart, and a redelivered one from a new one.
 *
 * <p>Hashed are, in the natural order of the names: for each name its length in UTF-8 (4 bytes, big
 * endian) and its UTF-8 bytes; then for each value a tag and its bytes: {@code 1} and the 8 bytes
 * of a number as an IEEE 754 double, {@code 2} and the 8 bytes of an integer that no double equals,
 * {@code 3} and one byte for a flag, {@code 4}, the length and the UTF-8 bytes of a text. So the
 * order of the members, the way a number is written (21.5 and 21.50, 1 and 1.0, 2^60 as an integer
 * and as a float) and the encoding of the message do not matter; -0.0 is 0.0.
 *
 * <p>Not thread-safe: it reuses its buffer.
 */
public final class ContentHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final byte NUMBER = 1;
  private static final byte INTEGER = 2;
  private static final byte FLAG = 3;
  private static final byte TEXT = 4;

  private final MessageDigest digest = sha256();
  private byte[] buffer = new byte[512];
  private int length;

  /** The hash of the reading's values. */
  public UUID of(Reading reading) {
    length = 0;
    if (reading.others().isEmpty()) {
      append(reading.numberFields().canonicalNames());
      for (var number : reading.numbers()) {
        append(NUMBER, Double.doubleToLongBits(number));
      }
    } else {
      var values = reading.values();
      append(FieldSet.canonical(values.keySet()));
      values.values().forEach(this::append);
    }
    digest.update(buffer, 0, length);
    return firstHalf(digest.digest());
  }

  /** The first 128 bits of SHA-256 over bytes, for an event, which is kept as it came. */
  public static UUID of(byte[] bytes) {
    return firstHalf(sha256().digest(bytes));
  }

  private void append(ReadingValue value) {
    switch (value) {
      case Number number -> append(NUMBER, Double.doubleToLongBits(number.value()));
      case ExactInteger integer -> {
        if (isDouble(integer.value())) {
          append(NUMBER, Double.doubleToLongBits(integer.value()));
        } else {
          append(INTEGER, integer.value());
        }
      }
      case Flag flag -> {
        room(2);
        buffer[length++] = FLAG;
        buffer[length++] = (byte) (flag.value() ? 1 : 0);
      }
      case Text text -> {
        var utf8 = text.value().getBytes(StandardCharsets.UTF_8);
        room(5);
        buffer[length++] = TEXT;
        INT.set(buffer, length, utf8.length);
        length += 4;
        append(utf8);
      }
    }
  }

  /** The greatest long would be taken for equal to 2^63, to which its double is rounded. */
  private static boolean isDouble(long value) {
    return value != Long.MAX_VALUE && (long) (double) value == value;
  }

  private void append(byte tag, long bits) {
    room(9);
    buffer[length++] = tag;
    LONG.set(buffer, length, bits);
    length += 8;
  }

  private void append(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  private void room(int bytes) {
    if (length + bytes > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + bytes));
    }
  }

  static UUID firstHalf(byte[] sha256) {
    return new UUID((long) LONG.get(sha256, 0), (long) LONG.get(sha256, 8));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
