package io.muster.registry.tokens;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A key that signs tokens (ES256).
 *
 * @param id the tokens' {@code kid}
 * @param privateKey leaves this package in signatures alone
 * @param signsFrom from when it signs
 * @param signsUntil until when
 * @param verifiesUntil when the last token that it signed has ended
 */
record TokenKey(
    UUID id,
    PrivateKey privateKey,
    PublicKey publicKey,
    Instant signsFrom,
    Instant signsUntil,
    Instant verifiesUntil) {
  /** What a service's clock may be behind, so that no token outlives its key there. */
  private static final Duration GRACE = Duration.ofMinutes(5);

  static TokenKey generate(Instant signsFrom, TokenSettings settings) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var pair = generator.generateKeyPair();
      var signsUntil = signsFrom.plus(settings.keyLifetime());
      return new TokenKey(
          UUID.randomUUID(),
          pair.getPrivate(),
          pair.getPublic(),
          signsFrom,
          signsUntil,
          signsUntil.plus(settings.maxLifetime()).plus(GRACE));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this Java has no P-256", missing);
    }
  }

  /**
   * Reads a stored one.
   *
   * @throws IllegalStateException when it cannot be read
   */
  static TokenKey of(
      UUID id,
      byte[] pkcs8,
      byte[] spki,
      Instant signsFrom,
      Instant signsUntil,
      Instant verifiesUntil) {
    try {
      var factory = KeyFactory.getInstance("EC");
      return new TokenKey(
          id,
          factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)),
          factory.generatePublic(new X509EncodedKeySpec(spki)),
          signsFrom,
          signsUntil,
          verifiesUntil);
    } catch (GeneralSecurityException unreadable) {
      throw new IllegalStateException("the key %s cannot be read".formatted(id), unreadable);
    }
  }

  boolean signs(Instant now) {
    return !now.isBefore(signsFrom) && now.isBefore(signsUntil);
  }

  boolean verifies(Instant now) {
    return now.isBefore(verifiesUntil);
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "TokenKey[" + id + "]";
  }
}
