package io.muster.registry.bulk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Splits a stream into lines, each bounded, and sums up what was read. For one thread; waits for
 * the stream.
 */
final class Lines {
  private static final int CHUNK = 16_384;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream stream;
  private final int maxBytes;
  private final BooleanSupplier isOver;
  private final MessageDigest digest = sha256();
  private final byte[] chunk = new byte[CHUNK];
  private final Deque<Line> givenBack = new ArrayDeque<>();
  private final ByteArrayOutputStream current = new ByteArrayOutputStream();
  private int next;
  private int end;
  private long number;

  /**
   * @param maxBytes of a line
   */
  Lines(InputStream stream, int maxBytes) {
    this(stream, maxBytes, () -> false);
  }

  /**
   * @param maxBytes of a line
   * @param isOver whether the time for all of it has passed; then it breaks off. Looked at while
   *     lines are read, since blank ones, or a very long one, make no row
   */
  Lines(InputStream stream, int maxBytes, BooleanSupplier isOver) {
    this.stream = stream;
    this.maxBytes = maxBytes;
    this.isOver = isOver;
  }

  /**
   * The next line, or null at the end.
   *
   * @throws IOException when the stream breaks off
   */
  Line next() throws IOException {
    return givenBack.isEmpty() ? read() : givenBack.pop();
  }

  /** Puts lines back in their order: they are the next ones again. */
  void giveBack(List<Line> lines) {
    lines.reversed().forEach(givenBack::push);
  }

  /** SHA-256 of all that was read so far, line by line. */
  byte[] digest() {
    try {
      return ((MessageDigest) digest.clone()).digest();
    } catch (CloneNotSupportedException never) {
      throw new IllegalStateException("Java's own SHA-256 can be cloned", never);
    }
  }

  /** Adds to what is summed up. */
  void digest(byte[] more) {
    digest.update(more);
  }

  private Line read() throws IOException {
    current.reset();
    var any = false;
    var tooLong = false;
    while (next < end || fill()) {
      any = true;
      var from = next;
      while (next < end && chunk[next] != '\n') {
        next++;
      }
      digest.update(chunk, from, next - from);
      tooLong = tooLong || current.size() + next - from > maxBytes;
      if (!tooLong) {
        current.write(chunk, from, next - from);
      }
      if (next < end) {
        digest.update(chunk[next++]);
        break;
      }
    }
    return any ? new Line(++number, tooLong ? null : withoutMark()) : null;
  }

  private byte[] withoutMark() {
    var bytes = current.toByteArray();
    var marked =
        number == 1
            && bytes.length >= BYTE_ORDER_MARK.length
            && Arrays.equals(
                bytes, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    return marked ? Arrays.copyOfRange(bytes, BYTE_ORDER_MARK.length, bytes.length) : bytes;
  }

  private boolean fill() throws IOException {
    if (isOver.getAsBoolean()) {
      throw new IOException("it takes longer than is allowed");
    }
    next = 0;
    end = Math.max(0, stream.read(chunk, 0, CHUNK));
    return end > 0;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
