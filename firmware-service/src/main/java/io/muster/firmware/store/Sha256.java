package io.muster.firmware.store;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of stored bytes: their SHA-256 as 64 lower-case hexadecimal digits. Nothing else ever
 * becomes part of a path in the store, so no name that a client chooses can lead out of it.
 *
 * @param hex 64 digits of {@code [0-9a-f]}
 */
public record Sha256(String hex) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException if {@code hex} has another form; upper-case digits are another
   *     form, so that one content has one name
   */
  public Sha256 {
    if (hex == null || !FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException("A SHA-256 is 64 hexadecimal digits in lower case");
    }
  }

  /** The 32 bytes that a signature is over. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
