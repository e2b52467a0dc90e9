package io.muster.firmware.download;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Compares entity tags (RFC 9110 §13.1.2). Stateless. */
public final class EntityTags {
  private EntityTags() {}

  /** A strong entity tag of what is answered, with its quotes. */
  public static String of(byte[] body) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(body);
      return "\"" + HexFormat.of().formatHex(digest, 0, 16) + "\"";
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }

  /**
   * Whether a client has what there is.
   *
   * @param ifNoneMatch the header, or null
   * @param present the entity tag of what is there, with its quotes
   */
  public static boolean matches(String ifNoneMatch, String present) {
    if (ifNoneMatch == null) {
      return false;
    }
    for (var tag : ifNoneMatch.split(",", -1)) {
      var bare = tag.strip();
      // The comparison is weak here (§13.1.2).
      if (bare.equals("*") || (bare.startsWith("W/") ? bare.substring(2) : bare).equals(present)) {
        return true;
      }
    }
    return false;
  }
}
