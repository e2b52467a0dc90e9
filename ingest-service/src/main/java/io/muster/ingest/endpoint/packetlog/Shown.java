package io.muster.ingest.endpoint.packetlog;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** How what a client sent is shown: short, and in one line. Stateless. */
final class Shown {
  private static final int MAX_CHARACTERS = 256;
  static final int MAX_PAYLOAD_BYTES = 256;
  private static final int MAX_LISTED = 16;

  private Shown() {}

  static String text(String text) {
    var cut = text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS - 1) + "…" : text;
    return cut.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\u2028\\u2029]", "?");
  }

  /** The first of them, and how many there were more. */
  static List<String> list(List<String> texts) {
    if (texts.size() <= MAX_LISTED) {
      return List.copyOf(texts);
    }
    var first = new ArrayList<>(texts.subList(0, MAX_LISTED));
    first.add((texts.size() - MAX_LISTED) + " more");
    return List.copyOf(first);
  }

  /**
   * A payload's first bytes as hexadecimal digits.
   *
   * @param wholeBytes how long the payload is
   */
  static String payload(byte[] first, int wholeBytes) {
    var bytes = Math.min(first.length, MAX_PAYLOAD_BYTES);
    return HexFormat.of().formatHex(first, 0, bytes) + (bytes < wholeBytes ? "…" : "");
  }

  /** As the specification writes it. */
  static String code(int reasonCode) {
    return "0x%02X".formatted(reasonCode & 0xFF);
  }
}
