package io.muster.registry.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.registry.CertificateBounds;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/**
 * A public key whose private half somebody can show to hold.
 *
 * @param algorithm with which it signs
 * @param der its SubjectPublicKeyInfo
 */
public record ProvenKey(KeyAlgorithm algorithm, byte[] der) {
  private static final int MAX_PROOF_CHARACTERS = 8_192;

  /** Why a key cannot be taken, in words for the sender. */
  public static final class UnfitException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * What a proof has to say.
   *
   * @param lifetime how far from now its end may be
   * @param clockSkew how far its maker's clock may be off
   */
  public record Rules(String audience, String subject, Duration lifetime, Duration clockSkew) {}

  /**
   * @param given PEM, or a JWK as object or text
   * @throws UnfitException when it is none of the algorithm's, or a private one
   */
  public static ProvenKey read(JsonNode given, KeyAlgorithm algorithm) throws UnfitException {
    try {
      return new ProvenKey(algorithm, PublicKeyText.read(given, algorithm));
    } catch (PublicKeyText.UnfitKeyException unfit) {
      throw new UnfitException(unfit.getMessage());
    }
  }

  /**
   * A key whose kind says with which algorithm it signs.
   *
   * @throws UnfitException when devices' tokens know none for it
   */
  public static ProvenKey of(PublicKey key) throws UnfitException {
    for (var algorithm : KeyAlgorithm.values()) {
      if (algorithm.fits(key)) {
        return new ProvenKey(algorithm, key.getEncoded());
      }
    }
    throw new UnfitException("has a key that signs no tokens (P-256, Ed25519, RSA of 2048 bits)");
  }

  /** By what it is known. */
  public byte[] sha256() {
    return CertificateBounds.fingerprint(der);
  }

  /** Whether a JWT was signed with it, with its own algorithm, and says what it has to. */
  public boolean signed(String jwt, Rules rules, Instant now) {
    if (jwt.length() > MAX_PROOF_CHARACTERS) {
      return false;
    }
    try {
      new JwtConsumerBuilder()
          .setVerificationKey(algorithm.decode(der))
          .setJwsAlgorithmConstraints(
              new AlgorithmConstraints(ConstraintType.PERMIT, algorithm.label()))
          .setExpectedAudience(rules.audience())
          .setExpectedSubject(rules.subject())
          .setRequireExpirationTime()
          .setMaxFutureValidityInMinutes((int) rules.lifetime().toMinutes())
          .setAllowedClockSkewInSeconds((int) rules.clockSkew().toSeconds())
          .setEvaluationTime(NumericDate.fromMilliseconds(now.toEpochMilli()))
          .build()
          .processToClaims(jwt);
      return true;
    } catch (InvalidJwtException | GeneralSecurityException refused) {
      return false;
    }
  }
}
