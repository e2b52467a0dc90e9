package io.muster.firmware.store;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of an upload under way: 128 random bits, drawn by the service, as 32 lower-case
 * hexadecimal digits.
 *
 * @param hex 32 digits of {@code [0-9a-f]}
 */
public record UploadId(String hex) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

  /**
   * @throws IllegalArgumentException if {@code hex} has another form
   */
  public UploadId {
    if (hex == null || !FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "An upload is named by 32 hexadecimal digits in lower case");
    }
  }

  /** A name that nobody can guess. */
  public static UploadId random(SecureRandom random) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return new UploadId(HexFormat.of().formatHex(bytes));
  }

  @Override
  public String toString() {
    return hex;
  }
}
