package io.muster.firmware.targets;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a device shows at hawkBit's API: 128 random bits as 32 hexadecimal digits, since Zephyr's
 * client has no room for more. Only its SHA-256 is kept: with so many random bits there is nothing
 * to guess.
 *
 * @param text 32 digits of {@code [0-9a-f]}
 */
public record TargetToken(String text) {
  private static final int BYTES = 16;

  /** Of 32 that are random fewer are different once in 20 million times. */
  private static final int LEAST_DIFFERENT_DIGITS = 8;

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

  static TargetToken draw(SecureRandom random) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new TargetToken(HexFormat.of().formatHex(bytes));
  }

  /** Whether a text can be one at all; what is none is not worth a look into the database. */
  public static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  /** Whether it may have been drawn at random: what is none might be guessed. */
  static boolean looksRandom(String text) {
    return text.chars().distinct().count() >= LEAST_DIFFERENT_DIGITS;
  }

  /** What is stored. */
  public byte[] sha256() {
    return sha256(text);
  }

  /** The SHA-256 of any token. */
  public static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }

  /** Never the token. */
  @Override
  public String toString() {
    return "TargetToken[…]";
  }
}
