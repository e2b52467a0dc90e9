package io.muster.firmware.store;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Three digests that grow with the bytes that pass. Not thread-safe: whoever holds the upload's
 * lock uses it.
 */
final class RunningDigests {

  private final MessageDigest sha256 = algorithm("SHA-256");
  private final MessageDigest sha1 = algorithm("SHA-1");
  private final MessageDigest md5 = algorithm("MD5");
  private long sizeBytes;

  void update(ByteBuffer bytes) {
    sizeBytes += bytes.remaining();
    sha256.update(bytes.duplicate());
    sha1.update(bytes.duplicate());
    md5.update(bytes.duplicate());
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** Ends this: the digests begin anew afterwards, so it must not be used again. */
  Digests finish() {
    HexFormat hex = HexFormat.of();
    Sha256 name = new Sha256(hex.formatHex(sha256.digest()));
    return new Digests(name, hex.formatHex(sha1.digest()), hex.formatHex(md5.digest()), sizeBytes);
  }

  private static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has " + name, e);
    }
  }
}
