package io.muster.registry.verification;

import io.muster.contract.registry.CredentialProof;
import io.muster.registry.credentials.CertificateText;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;

/**
 * A JWT whose header holds a certificate chain ({@code x5c}, RFC 7515 §4.1.6): so a device that has
 * a certificate alone shows that it holds its key where there is no TLS that could tell.
 * Short-lived and for the registry alone.
 *
 * @param text as it was shown
 * @param chain not yet believed
 */
record CertificateToken(String text, CredentialProof.Certificate chain) {
  static final String AUDIENCE = "muster-registry";

  private static final int MAX_CHARACTERS = 32_768;
  private static final int LIFETIME_MINUTES = 10;
  private static final int SKEW_SECONDS = 60;
  private static final AlgorithmConstraints ALGORITHMS =
      new AlgorithmConstraints(ConstraintType.PERMIT, "ES256", "ES384", "EdDSA", "RS256");

  /** Empty when it is none. */
  static Optional<CertificateToken> read(String text) {
    if (text.length() > MAX_CHARACTERS) {
      return Optional.empty();
    }
    try {
      var jws = new JsonWebSignature();
      jws.setCompactSerialization(text);
      return jws.getHeaders().getObjectHeaderValue("x5c") instanceof List<?> entries
          ? Optional.of(
              new CertificateToken(
                  text,
                  new CredentialProof.Certificate(
                      entries.stream().map(String.class::cast).toList())))
          : Optional.empty();
    } catch (JoseException | ClassCastException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** Whether the first certificate's key signed it, for a device and for now. */
  boolean isSigned(String userName, Instant now) {
    try {
      new JwtConsumerBuilder()
          .setVerificationKey(key())
          .setJwsAlgorithmConstraints(ALGORITHMS)
          .setExpectedAudience(AUDIENCE)
          .setExpectedSubject(userName)
          .setRequireExpirationTime()
          .setMaxFutureValidityInMinutes(LIFETIME_MINUTES)
          .setAllowedClockSkewInSeconds(SKEW_SECONDS)
          .setEvaluationTime(NumericDate.fromMilliseconds(now.toEpochMilli()))
          .build()
          .processToClaims(text);
      return true;
    } catch (InvalidJwtException | CertificateException | IllegalArgumentException refused) {
      return false;
    }
  }

  private PublicKey key() throws CertificateException {
    var der = Base64.getDecoder().decode(chain.chain().getFirst());
    try {
      var certificate = CertificateText.decoded(der);
      // Within bounds: a stranger's key must not cost more than it is worth.
      CertificateText.requireUse(certificate);
      return certificate.getPublicKey();
    } catch (UnfitCertificateException unfit) {
      throw new CertificateException(unfit.getMessage());
    }
  }

  /** Never the token. */
  @Override
  public String toString() {
    return "CertificateToken[…]";
  }
}
