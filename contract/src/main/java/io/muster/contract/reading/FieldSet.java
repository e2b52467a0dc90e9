package io.muster.contract.reading;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * The names of a reading's numbers, distinct and in their natural order ({@link String#compareTo}).
 * Most devices send the same names in every message, so the names are kept once and a reading
 * refers to them. Immutable and thread-safe.
 */
public final class FieldSet {
  /** No names. */
  public static final FieldSet NONE = FieldSet.of(List.of());

  private static final int OVERHEAD_CHARACTERS = 128;

  /** Of each name in the list, and of its place in the order in which it came. */
  private static final int NAME_CHARACTERS = 12;

  private final List<String> names;
  private final byte[] canonicalNames;
  private final UUID digest;

  private FieldSet(List<String> sorted) {
    this.names = sorted;
    this.canonicalNames = canonical(sorted);
    this.digest = ContentHash.firstHalf(ContentHash.sha256().digest(canonicalNames));
  }

  /**
   * @param names in any order
   * @throws IllegalArgumentException when one comes twice
   */
  public static FieldSet of(List<String> names) {
    var sorted = names.stream().sorted().toList();
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).equals(sorted.get(i - 1))) {
        throw new IllegalArgumentException("a field set names each field once");
      }
    }
    return new FieldSet(sorted);
  }

  /** In their natural order. */
  public List<String> names() {
    return names;
  }

  public int size() {
    return names.size();
  }

  /**
   * What it takes in memory, as characters, about: its own list of names and their bytes, not the
   * names themselves, which others hold as well.
   */
  int characters() {
    return OVERHEAD_CHARACTERS + names.size() * NAME_CHARACTERS + canonicalNames.length;
  }

  /** 128 bits of SHA-256 over the names: the same on every instance. */
  public UUID digest() {
    return digest;
  }

  /** What stands for the names in {@link ContentHash}; not to be changed. */
  byte[] canonicalNames() {
    return canonicalNames;
  }

  /** Each name's length in UTF-8 as four bytes, and the name. */
  static byte[] canonical(Iterable<String> sorted) {
    var bytes = new ByteArrayOutputStream(64);
    try {
      for (var name : sorted) {
        var utf8 = name.getBytes(StandardCharsets.UTF_8);
        bytes.write(new byte[] {b(utf8.length, 24), b(utf8.length, 16), b(utf8.length, 8)});
        bytes.write(utf8.length);
        bytes.write(utf8);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static byte b(int value, int shift) {
    return (byte) (value >>> shift);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FieldSet set && Arrays.equals(canonicalNames, set.canonicalNames);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
