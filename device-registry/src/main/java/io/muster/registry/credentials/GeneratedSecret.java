package io.muster.registry.credentials;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A secret of 256 random bits in base64url without padding, 43 characters. Only its SHA-256 is
 * kept: with so many random bits there is nothing to guess, so it needs neither salt nor key nor a
 * slow hash, and a reconnect storm costs microseconds.
 *
 * @param text what the device shows
 */
public record GeneratedSecret(String text) {
  private static final int BYTES = 32;

  /** A new one. */
  public static GeneratedSecret draw(SecureRandom random) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new GeneratedSecret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** What is stored. */
  public byte[] sha256() {
    return Sha256.of(text);
  }

  /** Whether it is the one whose SHA-256 is given; takes equally long either way. */
  public boolean matches(byte[] sha256) {
    return MessageDigest.isEqual(sha256(), sha256);
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "GeneratedSecret[…]";
  }

  /** SHA-256 of texts. */
  static final class Sha256 {
    private Sha256() {}

    static byte[] of(String text) {
      try {
        return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      } catch (NoSuchAlgorithmException missing) {
        throw new IllegalStateException("every Java has SHA-256", missing);
      }
    }
  }
}
