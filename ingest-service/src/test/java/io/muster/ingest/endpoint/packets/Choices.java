package io.muster.ingest.endpoint.packets;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Decisions read from bytes, so that a fuzzer that changes bytes changes decisions. When the bytes
 * are used up every decision is the first of its kind, and nothing by chance happens any more. Not
 * thread-safe.
 */
public final class Choices {
  private final byte[] bytes;
  private int at;

  public Choices(byte[] bytes) {
    this.bytes = bytes;
  }

  /** As many bytes of decisions, drawn. */
  public static Choices drawn(Random random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return new Choices(bytes);
  }

  public boolean areLeft() {
    return at < bytes.length;
  }

  /**
   * A number from 0.
   *
   * @param bound 1 to 65,536
   */
  public int below(int bound) {
    var number = bound > 256 ? next() << 8 | next() : bound > 1 ? next() : 0;
    return number % bound;
  }

  private int next() {
    return at < bytes.length ? bytes[at++] & 0xFF : 0;
  }

  /** Something rare. */
  public boolean oneIn(int times) {
    return below(times) == times - 1;
  }

  public <T> T of(List<T> options) {
    return options.get(below(options.size()));
  }

  /** The next bytes as they are; zeros when they are used up. */
  public byte[] bytes(int length) {
    var taken = Arrays.copyOfRange(bytes, at, at + length);
    at = Math.min(bytes.length, at + length);
    return taken;
  }

  /** All that is left. */
  public byte[] rest() {
    return bytes(bytes.length - at);
  }
}
